//! Every asset of a bundle that declares several.

use serde::Serialize;

use super::Details;
use super::asset::{AssetFacts, Function, StorageFacts};
use super::error::Error;
use crate::bundle::{Failure, Part, Target};
use crate::engine::memory::weight_bytes;
use crate::model::{Asset, AssetError};

/// A declared asset; null, with an error, where it cannot be read.
#[derive(Debug, Serialize)]
pub struct DeclaredAsset<'a> {
    pub role: &'a str,
    pub declared: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    pub asset: Option<AssetFacts<'a>>,
    pub functions: Option<Vec<Function<'a>>>,
    pub weights_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<Vec<StorageFacts>>,
}

/// The assets of a bundle that declares others than `main`, that one first; `None` for any other target.
pub(super) fn of<'a>(target: &'a Target, options: Details<'a>) -> Option<Vec<DeclaredAsset<'a>>> {
    if target.side_assets.is_empty() {
        return None;
    }
    let main = target.resolution.as_ref().map(|resolution| {
        let failure = || target.main_failure();
        let hash = options.computed_hash;
        declared(
            "main",
            &resolution.declared,
            &target.asset,
            hash,
            options,
            failure,
        )
    });
    let sides = target.side_assets.iter().enumerate().map(|(place, side)| {
        let failure = || side.failure(target);
        let hash = options.side_hashes.get(place).copied().flatten();
        let name = &side.resolution.declared;
        declared(&side.role, name, &side.asset, hash, options, failure)
    });
    Some(main.into_iter().chain(sides).collect())
}

fn declared<'a>(
    role: &'a str,
    name: &'a str,
    part: &'a Part<Asset, AssetError>,
    hash: Option<[u8; 32]>,
    options: Details<'_>,
    failure: impl Fn() -> Option<Failure>,
) -> DeclaredAsset<'a> {
    let asset = part.present();
    let weights = asset.map(|asset| &asset.weights);
    let listed = weights.filter(|_| options.weights);
    DeclaredAsset {
        role,
        declared: name,
        error: match asset {
            Some(_) => None,
            None => failure().map(Error::from),
        },
        asset: asset.map(|asset| AssetFacts::new(asset, hash)),
        functions: asset.map(|asset| asset.functions.iter().map(Function::new).collect()),
        weights_bytes: weights.and_then(|weights| weight_bytes(std::iter::once(weights))),
        storage: listed.map(|weights| weights.storage.iter().map(Into::into).collect()),
    }
}
