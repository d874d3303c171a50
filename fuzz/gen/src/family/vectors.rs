//! Inputs that precompiled contracts accept, as data. What is wrong at a boundary is made from them.
//!
//! Points are generators and small multiples of them; signatures and the opening were made for this table.

use alloy_primitives::hex;
use api::Revision;

/// An accepted input.
pub(super) struct Vector {
    /// The last two bytes of the contract's address.
    pub(super) address: u16,
    /// The first revision with the contract.
    pub(super) since: Revision,
    /// How often it is taken: the less, the longer it runs.
    pub(super) weight: u16,
    /// The input, in parts.
    pub(super) parts: &'static [&'static [u8]],
}

const ZERO: &[u8] = &[0; 32];
const ONE: &[u8] = &word(1);
const TWO: &[u8] = &word(2);

const fn word(last: u8) -> [u8; 32] {
    let mut word = [0; 32];
    word[31] = last;
    word
}

/// bn254: the double of the generator (1, 2), the coordinate that makes its opposite, the order, the field's modulus.
const BN_2X: &[u8] = &hex!("030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3");
const BN_2Y: &[u8] = &hex!("15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4");
const BN_MINUS_Y: &[u8] = &hex!("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45");
const BN_ORDER: &[u8] = &hex!("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
/// The generator of the second group, imaginary parts first.
const BN_G2: &[u8] = &hex!(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
);

/// BLS12-381: the generators with 16 zeros before each coordinate, the triple, the opposite.
const BLS_PAD: &[u8] = &[0; 16];
const BLS_X: &[u8] =
    &hex!("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
const BLS_Y: &[u8] =
    &hex!("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1");
const BLS_MINUS_Y: &[u8] =
    &hex!("114d1d6855d545a8aa7d76c8cf2e21f267816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca");
const BLS_3X: &[u8] =
    &hex!("09ece308f9d1f0131765212deca99697b112d61f9be9a5f1f3780a51335b3ff981747a0b2ca2179b96d2c0c9024e5224");
const BLS_3Y: &[u8] =
    &hex!("032b80d3a6f5b09f8a84623389c5f80ca69a0cddabc3097f9d9c27310fd43be6e745256c634af45ca3473b0590ae30d1");
const BLS_INFINITY: &[u8] = &[0; 128];
const BLS_G2: &[u8] = &hex!(
    "00000000000000000000000000000000"
    "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    "00000000000000000000000000000000"
    "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
    "00000000000000000000000000000000"
    "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"
    "00000000000000000000000000000000"
    "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"
);

/// ECRECOVER: hash, v, r, s.
const ECRECOVER: &[u8] = &hex!(
    "8c3ce18b987029f7e3517f7e6a2a2690371489ed6f64d9f011137699ac809766"
    "000000000000000000000000000000000000000000000000000000000000001b"
    "774ae7f858a9411e5ef4246b70c65aac5649980be5c17891bbec17895da008cb"
    "4a3f2955455b8ced691768deae95372752274dd2bbefbf9c2f797f7fdc255bfc"
);

/// P256VERIFY: hash, r, s, the public key.
const P256: &[u8] = &hex!(
    "7985ebd3da40d5187d6d3ef3d626abf3c2b81c285ffb4e73104a472066c443b9"
    "0e91c7239c2640d7d28a3e39d4583fa63c0bc0a5df64a4fe672e573045ca7896"
    "96e26bf9959cdaa8be8214bff060d7e1b2e3448c56ad2c542e26459a25f9c7f1"
    "cb6d2861102c0c25ce39b7c17108c507782c452257884895c1fc7b74ab03ed83"
    "58d7614b24d9ef515c35e7100d6d6ce4a496716e30fa3e03e39150752bcecdaa"
);

/// Point evaluation of the constant polynomial 1 at 2: the commitment is the generator, the proof is infinity.
const OPENING: &[u8] = &hex!(
    "01cf478a431837728dcec3461f4f53b8749cdc4e03496dcaed459dea82b82eb8"
    "0000000000000000000000000000000000000000000000000000000000000002"
    "0000000000000000000000000000000000000000000000000000000000000001"
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    "c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
);

/// BLAKE2F: the state of BLAKE2b after its parameters, the message "abc", the end of it.
const BLAKE_REST: &[u8] = &hex!(
    "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5"
    "d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b"
);
const BLAKE_MESSAGE: &[u8] = &{
    let mut message = [0; 128];
    (message[0], message[1], message[2]) = (b'a', b'b', b'c');
    message
};
const BLAKE_COUNT: &[u8] = &hex!("0300000000000000000000000000000001");

/// Every contract but MODEXP and those that take any bytes, which make their own input.
pub(super) const VECTORS: &[Vector] = &[
    row(0x01, Revision::Frontier, 10, &[ECRECOVER]),
    row(0x02, Revision::Frontier, 96, &[ECRECOVER]),
    row(0x03, Revision::Frontier, 64, &[ECRECOVER]),
    row(0x04, Revision::Frontier, 192, &[P256]),
    row(0x05, Revision::Byzantium, 240, &[ONE, ONE, ONE, &[3, 5, 7]]),
    row(0x06, Revision::Byzantium, 96, &[ONE, TWO, BN_2X, BN_2Y]),
    row(0x06, Revision::Byzantium, 32, &[ONE, TWO, ONE, BN_MINUS_Y]),
    row(0x07, Revision::Byzantium, 6, &[ONE, TWO, BN_ORDER]),
    row(0x07, Revision::Byzantium, 6, &[BN_2X, BN_2Y, BN_MINUS_Y]),
    row(0x08, Revision::Byzantium, 1, &[ONE, TWO, BN_G2, ONE, BN_MINUS_Y, BN_G2]),
    row(0x08, Revision::Byzantium, 2, &[ZERO, ZERO, BN_G2]),
    row(0x09, Revision::Istanbul, 128, &[&[0, 0, 0, 12], BLAKE_REST, BLAKE_MESSAGE, BLAKE_COUNT]),
    row(0x0a, Revision::Cancun, 1, &[OPENING]),
    row(0x0b, Revision::Prague, 48, &[BLS_PAD, BLS_X, BLS_PAD, BLS_Y, BLS_PAD, BLS_3X, BLS_PAD, BLS_3Y]),
    row(0x0b, Revision::Prague, 24, &[BLS_PAD, BLS_X, BLS_PAD, BLS_Y, BLS_INFINITY]),
    row(0x0c, Revision::Prague, 2, &[BLS_PAD, BLS_3X, BLS_PAD, BLS_3Y, BN_ORDER]),
    row(0x0c, Revision::Prague, 2, &[BLS_INFINITY, TWO, BLS_PAD, BLS_X, BLS_PAD, BLS_Y, BN_2X]),
    row(0x0d, Revision::Prague, 32, &[BLS_G2, BLS_G2]),
    row(0x0e, Revision::Prague, 1, &[BLS_G2, BN_2Y]),
    row(0x0f, Revision::Prague, 1, &[BLS_PAD, BLS_X, BLS_PAD, BLS_MINUS_Y, BLS_G2]),
    row(0x10, Revision::Prague, 2, &[BLS_PAD, BLS_3X]),
    row(0x11, Revision::Prague, 1, &[BLS_PAD, BLS_3X, BLS_PAD, BLS_3Y]),
    row(0x100, Revision::Osaka, 4, &[P256]),
];

const fn row(address: u16, since: Revision, weight: u16, parts: &'static [&'static [u8]]) -> Vector {
    Vector { address, since, weight, parts }
}
