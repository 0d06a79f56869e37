//! What changes shapes and places and no value.

use super::*;

#[test]
fn a_condition_is_stretched_too() {
    let condition = Tensor::ints(DType::Bool, vec![2, 1], vec![1, 0]);
    let chosen = select(&condition, list(&[1, 2, 3]), number(9)).unwrap();
    assert_eq!(
        (chosen.shape.as_slice(), ints(&chosen)),
        (&[2, 3][..], &[1, 2, 3, 9, 9, 9][..])
    );
}

#[test]
fn a_choice_is_made_in_place_where_nobody_else_looks() {
    let condition = Tensor::ints(DType::Bool, vec![2, 1], vec![0, 1]);
    let address = |x: &Tensor| match &x.data {
        Elements::Int(data) => data.as_ptr(),
        Elements::Float(_) => panic!(),
    };
    let whole = || counted(&[2, 3]);
    let kept = whole();
    let before = address(&kept);
    let chosen = select(&condition, list(&[7, 8, 9]), kept).unwrap();
    assert_eq!(
        (ints(&chosen), address(&chosen)),
        (&[0, 1, 2, 7, 8, 9][..], before)
    );
    let kept = whole();
    let before = address(&kept);
    let chosen = select(&condition, kept, number(9)).unwrap();
    assert_eq!(
        (ints(&chosen), address(&chosen)),
        (&[9, 9, 9, 3, 4, 5][..], before)
    );
    let each = Tensor::ints(DType::Bool, vec![3], vec![1, 0, 1]);
    let kept = whole();
    let before = address(&kept);
    let chosen = select(&each, whole(), kept.clone()).unwrap();
    assert_eq!(ints(&chosen), ints(&whole()));
    let chosen = select(&each, list(&[7, 8, 9]), kept).unwrap();
    assert_eq!(
        (ints(&chosen), address(&chosen)),
        (&[7, 1, 9, 7, 4, 9][..], before)
    );
    let shared = whole();
    let other = shared.clone();
    let chosen = select(&condition, number(9), shared).unwrap();
    assert_ne!(address(&chosen), address(&other));
    assert_eq!(ints(&other), ints(&whole()));
}

#[test]
fn bounds_of_a_part_wrap_once_and_are_clamped() {
    let x = counted(&[5]);
    let part = |start, end, step| {
        let part = movement::slice(&x, &list(&[start]), &list(&[end]), &list(&[step])).unwrap();
        ints(&part).to_vec()
    };
    assert_eq!(part(1, i64::from(i32::MAX), 1), [1, 2, 3, 4]);
    assert_eq!(part(-2, 5, 1), [3, 4]);
    assert_eq!(part(0, -1, 2), [0, 2]);
    assert_eq!(part(-99, 2, 1), [0, 1]);
    assert_eq!(part(4, -7, -2), [4, 2, 0]);
    assert_eq!(part(3, 1, 1), [0; 0]);
    assert!(movement::slice(&x, &list(&[0]), &list(&[1]), &list(&[0])).is_err());
    assert!(movement::slice(&x, &list(&[0, 0]), &list(&[1]), &list(&[1])).is_err());
}

#[test]
fn an_update_is_made_in_place_where_nobody_else_looks() {
    let x = counted(&[2, 3]);
    let Elements::Int(data) = &x.data else {
        panic!()
    };
    let before = data.as_ptr();
    let bounds = |values: &[i64]| list(values);
    let update = |x: Tensor| {
        movement::slice_update(
            x,
            &bounds(&[0, 1]),
            &bounds(&[2, 3]),
            &bounds(&[1, 1]),
            &i32s(&[2, 2], &[7, 8, 9, 10]),
        )
        .unwrap()
    };
    let kept = x.clone();
    let copied = update(x);
    assert_eq!(ints(&kept), [0, 1, 2, 3, 4, 5]);
    assert_eq!(ints(&copied), [0, 7, 8, 3, 9, 10]);
    let moved = update(kept);
    let Elements::Int(data) = &moved.data else {
        panic!()
    };
    assert_eq!(data.as_ptr(), before, "nobody else held it");
    assert!(
        movement::slice_update(
            moved,
            &bounds(&[0, 0]),
            &bounds(&[1, 1]),
            &bounds(&[1, 1]),
            &i32s(&[2, 2], &[0; 4])
        )
        .is_err()
    );
}

#[test]
fn axes_come_go_and_change_places() {
    assert_eq!(
        movement::expanded(&[2, 3, 4], &list(&[3, -4])).unwrap(),
        [2, 1, 3, 1, 4]
    );
    assert_eq!(
        movement::shrunk(&[1, 3, 4, 1], &list(&[0, -1])).unwrap(),
        [3, 4]
    );
    assert_eq!(
        movement::reshaped(&[2, 6], &list(&[3, -1])).unwrap(),
        [3, 4]
    );
    assert!(movement::reshaped(&[2, 6], &list(&[-1, -1])).is_err());
    assert!(movement::expanded(&[2], &list(&[0, 0])).is_err());
    let turned = movement::transpose(&counted(&[2, 3, 2]), &[2, 0, 1]).unwrap();
    assert_eq!(turned.shape, [2, 2, 3]);
    assert_eq!(ints(&turned), [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
    assert_eq!(
        ints(&movement::reverse(&counted(&[2, 2]), &list(&[-1])).unwrap()),
        [1, 0, 3, 2]
    );
}

#[test]
fn parts_are_joined_and_taken_apart() {
    let x = counted(&[2, 3]);
    let joined = movement::concat(&number(-1), &[&x, &x]).unwrap();
    assert_eq!(
        (joined.shape.as_slice(), &ints(&joined)[..6]),
        (&[2, 6][..], &[0, 1, 2, 0, 1, 2][..])
    );
    let parts = movement::split(&joined, &list(&[1, 5]), &number(1), 2).unwrap();
    assert_eq!(
        (ints(&parts[0]), parts[1].shape.as_slice()),
        (&[0, 3][..], &[2, 5][..])
    );
    let even = movement::split(&counted(&[7]), &number(3), &number(0), 3).unwrap();
    assert_eq!(even.iter().map(Tensor::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert!(movement::split(&joined, &list(&[1, 4]), &number(1), 2).is_err());
    assert!(movement::concat(&number(0), &[&x, &counted(&[2, 2])]).is_err());
}

#[test]
fn values_are_stretched_tiled_and_padded() {
    let x = counted(&[2, 1]);
    let wide = movement::broadcast_to(&x, &list(&[2, 2, 3])).unwrap();
    assert_eq!(ints(&wide)[..6], [0, 0, 0, 1, 1, 1]);
    let along = movement::broadcast_in_dims(&x, &list(&[2]), &list(&[-1])).unwrap();
    assert_eq!(ints(&along), [0, 0, 1, 1]);
    assert!(movement::broadcast_to(&x, &list(&[3, 1])).is_err());
    assert!(
        movement::broadcast_to(&x, &list(&[i64::MAX / 2, 2, 1])).is_err(),
        "too large"
    );
    assert_eq!(
        ints(&movement::tile(&counted(&[2]), &list(&[3])).unwrap()),
        [0, 1, 0, 1, 0, 1]
    );
    let pad = |mode| {
        let padded = movement::pad(&list(&[1, 2, 3]), &list(&[1, 2]), &number(7), mode).unwrap();
        ints(&padded).to_vec()
    };
    assert_eq!(pad(Padding::Constant), [7, 1, 2, 3, 7, 7]);
    assert_eq!(pad(Padding::Replicate), [1, 1, 2, 3, 3, 3]);
    assert_eq!(pad(Padding::Reflect), [2, 1, 2, 3, 2, 1]);
    assert_eq!(pad(Padding::Symmetric), [1, 1, 2, 3, 3, 2]);
    assert_eq!(pad(Padding::Circular), [3, 1, 2, 3, 1, 2]);
    assert!(movement::pad(&list(&[1]), &list(&[2, 0]), &number(0), Padding::Reflect).is_err());
}

#[test]
fn sizes_and_ranges_are_computed() {
    assert_eq!(ints(&shape::get_shape(&[2, 5])), [2, 5]);
    let both = shape::broadcast_shapes(&list(&[3, 1]), &list(&[4])).unwrap();
    assert_eq!(ints(&both), [3, 4]);
    let range = |start, stop, step| {
        let range = shape::range(&number(start), &number(stop), &number(step)).unwrap();
        ints(&range).to_vec()
    };
    assert_eq!(range(2, 7, 2), [2, 4, 6]);
    assert_eq!(range(3, 0, -1), [3, 2, 1]);
    assert_eq!(range(3, 0, 1), [0; 0]);
    assert!(shape::range(&number(0), &number(9), &number(0)).is_err());
    assert!(
        shape::range(
            &number(i64::from(i32::MIN)),
            &number(i64::from(i32::MAX)),
            &number(1)
        )
        .is_err()
    );
    let one = |value| f32s(&[], &[value]);
    assert_eq!(
        floats(&shape::range(&one(0.0), &one(1.0), &one(0.4)).unwrap()),
        [0.0, 0.4, 0.8]
    );
    assert!(shape::range(&one(0.0), &one(1.0), &one(0.0)).is_err());
}

#[test]
fn elements_are_found_by_position() {
    let x = counted(&[3, 2]);
    let rows = gather_nd(&x, &i32s(&[2, 1], &[2, -3])).unwrap();
    assert_eq!(ints(&rows), [4, 5, 0, 1]);
    let single = gather_nd(&x, &i32s(&[1, 2], &[1, 1])).unwrap();
    assert_eq!(
        (single.shape.as_slice(), ints(&single)),
        (&[1][..], &[3][..])
    );
    assert!(gather_nd(&x, &i32s(&[1, 1], &[3])).is_err());
    assert!(gather_nd(&x, &i32s(&[1, 3], &[0, 0, 0])).is_err());
    let along = gather_along_axis(&x, &i32s(&[2, 2], &[2, 0, 1, -1]), &number(0)).unwrap();
    assert_eq!(ints(&along), [4, 1, 2, 5]);
    let put = scatter_along_axis(
        x.clone(),
        &i32s(&[1, 2], &[2, 0]),
        &i32s(&[1, 2], &[9, 8]),
        &number(0),
        Scatter::Add,
    );
    assert_eq!(ints(&put.unwrap()), [0, 9, 2, 3, 13, 5]);
    let rows = scatter_nd(
        x,
        &i32s(&[1, 1], &[1]),
        &i32s(&[1, 2], &[7, 7]),
        Scatter::Update,
    );
    assert_eq!(ints(&rows.unwrap()), [0, 1, 7, 7, 4, 5]);
}
