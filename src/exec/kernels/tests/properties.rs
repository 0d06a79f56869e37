//! What holds whatever the sizes.

use super::*;

/// Sizes and numbers, the numbers small enough to be added without rounding.
fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Tensor> {
    prop::collection::vec(-8_i8..8, rows * columns).prop_map(move |data| {
        let data = data.into_iter().map(f32::from).collect();
        Tensor::exact(DType::Float32, vec![rows, columns], data)
    })
}

proptest! {
    #[test]
    fn a_product_is_the_sum_of_products(
        (x, y) in (1_usize..5, 0_usize..40, 1_usize..9).prop_flat_map(|(m, k, n)| (matrix(m, k), matrix(k, n)))
    ) {
        let product = batch_matmul(&x, &y).unwrap();
        let (k, n) = (x.shape[1], y.shape[1]);
        for (place, found) in floats(&product).iter().enumerate() {
            let terms = (0..k).map(|at| floats(&x)[place / n * k + at] * floats(&y)[at * n + place % n]);
            prop_assert_eq!(*found, terms.sum::<f32>());
        }
    }

    #[test]
    fn a_product_with_rows_for_columns_is_that_with_the_transposed(
        (x, y) in (1_usize..5, 0_usize..40, 1_usize..9).prop_flat_map(|(m, k, n)| (matrix(m, k), matrix(n, k)))
    ) {
        let direct = matmul::batch_matmul_transposed(&x, &y).unwrap();
        let turned = movement::transpose(&y, &[1, 0]).unwrap();
        let spelled = batch_matmul(&x, &turned).unwrap();
        prop_assert_eq!(&direct.shape, &spelled.shape);
        prop_assert_eq!(floats(&direct), floats(&spelled));
    }

    #[test]
    fn stretching_first_or_while_adding_is_the_same(
        sizes in prop::collection::vec(1_usize..4, 0..4),
        flat in prop::collection::vec(any::<bool>(), 4),
        dropped in 0_usize..4,
    ) {
        let mut small = sizes.clone();
        for (size, flat) in small.iter_mut().zip(&flat) {
            if *flat {
                *size = 1;
            }
        }
        let small = small.split_off(dropped.min(small.len()));
        let (x, y) = (counted(&sizes), counted(&small));
        let wanted: Vec<i64> = sizes.iter().map(|size| *size as i64).collect();
        let direct = Binary::Add.apply(x.clone(), y.clone()).unwrap();
        let stretched = movement::broadcast_to(&y, &list(&wanted)).unwrap();
        let spelled = Binary::Add.apply(x, stretched).unwrap();
        prop_assert_eq!(ints(&direct), ints(&spelled));
    }

    #[test]
    fn a_transposed_value_turns_back(sizes in prop::collection::vec(0_usize..4, 1..5), turn in 0_usize..24) {
        let rank = sizes.len();
        let mut order: Vec<usize> = (0..rank).collect();
        order.rotate_left(turn % rank);
        if turn % 2 == 1 {
            order.reverse();
        }
        let x = counted(&sizes);
        let turned = movement::transpose(&x, &order).unwrap();
        let mut back = vec![0; rank];
        for (place, axis) in order.iter().enumerate() {
            back[*axis] = place;
        }
        let again = movement::transpose(&turned, &back).unwrap();
        prop_assert_eq!(ints(&again), ints(&x));
        prop_assert_eq!(again.shape, x.shape);
    }
}
