"""Vectors: the pair SUAML…/UCK5N… is the one that NATS' own libraries test with; the others come from the Python
package nkeys 0.2.1 over the 32 bytes 0, 1, … 31."""

import pytest

from lantu.calc import nkeys

RAW = bytes(range(32))
VECTORS = [
    (
        nkeys.ACCOUNT,
        "SAAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4HYMHI",
        "AAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3QPZV",
    ),
    (
        nkeys.USER,
        "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y",
        "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK",
    ),
    (
        nkeys.SERVER,
        "SNAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H2D5U",
        "NAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RSWB",
    ),
]
ACCOUNT_SEED = VECTORS[0][1]


@pytest.mark.parametrize(("kind", "seed", "public"), VECTORS)
def test_keys_wear_the_clothing_of_nats(kind, seed, public):
    assert nkeys.encode_seed(kind, RAW) == seed
    assert nkeys.decode_seed(seed) == (kind, RAW)
    assert nkeys.public_of(seed) == public
    assert nkeys.encode_public(*nkeys.decode_public(public)) == public


def test_published_pair_of_nats():
    seed = "SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU"
    assert nkeys.public_of(seed) == "UCK5N7N66OBOINFXAYC2ACJQYFSOD4VYNU6APEJTAVFZB2SVHLKGEW7L"


def test_signature_is_ed25519():
    signature = nkeys.sign(VECTORS[1][1], b"lantu")
    assert signature.hex() == (
        "ee2fc2bc88bef45981b5655e6da6a0fa4bc285c18e2f1764a4d03e7e4c4f7b17"
        "b367a4306397d1e99787d7cfd48c35b6dd96e4bf0c87cc6bd550c32a15db1c0c"
    )
    assert nkeys.verify(VECTORS[1][2], b"lantu", signature)
    assert not nkeys.verify(VECTORS[1][2], b"Lantu", signature)


@pytest.mark.parametrize(
    "damaged",
    ["", "SA", ACCOUNT_SEED[:-1], ACCOUNT_SEED[:-3] + "AAA", ACCOUNT_SEED.replace("S", "T", 1), "S1!"],
)
def test_damaged_seed_is_refused(damaged):
    with pytest.raises(ValueError, match=r"."):
        nkeys.decode_seed(damaged)


def test_wrong_kind_and_length_are_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        nkeys.encode_seed(1, RAW)
    with pytest.raises(ValueError, match="32 bytes"):
        nkeys.encode_public(nkeys.USER, RAW[:31])
    with pytest.raises(ValueError, match="public key"):
        nkeys.decode_public(ACCOUNT_SEED)


def test_token_carries_its_claims_and_its_issuer():
    token = nkeys.encode_jwt(ACCOUNT_SEED, {"sub": "设备", "iat": 1_790_000_000, "nats": {"type": "user"}})
    claims = nkeys.decode_jwt(token)
    assert claims["sub"] == "设备"
    assert claims["iss"] == VECTORS[0][2]
    assert len(claims["jti"]) == 52
    assert token == nkeys.encode_jwt(
        ACCOUNT_SEED, {"sub": "设备", "iat": 1_790_000_000, "nats": {"type": "user"}}
    )


def test_changed_token_is_refused():
    token = nkeys.encode_jwt(ACCOUNT_SEED, {"sub": "a", "iat": 1, "nats": {}})
    other = nkeys.encode_jwt(ACCOUNT_SEED, {"sub": "b", "iat": 1, "nats": {}})
    head, _, signature = token.split(".")
    for bad in (f"{head}.{other.split('.')[1]}.{signature}", "a.b", "a.b.c", "", f"{token}x.y"):
        with pytest.raises(ValueError, match="token"):
            nkeys.decode_jwt(bad)
