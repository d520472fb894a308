from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from domain.labels import Role
from wiring.roles import check_provider, code_roles, provider_roles, provider_secret
from wiring.settings import Settings, load_settings

GOOD = {
    "MINHTIN_OIDC_ISSUER": "https://sso.tinh.gov.vn/realms/so",
    "MINHTIN_OIDC_CLIENT_ID": "minhtin",
    "MINHTIN_OIDC_ROLES": "mt=admin=admin, mt-analyst=analyst",
    "MINHTIN_OIDC_CLIENT_SECRET": "bi mat",
    "MINHTIN_PUBLIC_URL": "https://minhtin.tinh.gov.vn",
}


def settings(home: Path, **changed: str) -> Settings:
    return load_settings({**GOOD, **changed}, home=home)


def test_roles_are_read_in_their_order(tmp_path: Path) -> None:
    found = settings(tmp_path, MINHTIN_CODE_ROLES="admin, leader")
    check_provider(found)
    assert provider_roles(found) == (
        ("mt=admin", Role.ADMIN),
        ("mt-analyst", Role.ANALYST),
    )
    assert code_roles(found) == {Role.ADMIN, Role.LEADER}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"MINHTIN_OIDC_CLIENT_ID": ""}, "oidc_client_id"),
        ({"MINHTIN_PUBLIC_URL": ""}, "public_url"),
        ({"MINHTIN_OIDC_CLIENT_SECRET": ""}, "no secret"),
        ({"MINHTIN_OIDC_ROLES": ""}, "oidc_roles"),
        ({"MINHTIN_OIDC_ISSUER": "http://sso.tinh.gov.vn"}, "https"),
        ({"MINHTIN_PUBLIC_URL": "http://minhtin.tinh.gov.vn"}, "https"),
        ({"MINHTIN_PUBLIC_URL": "https://minhtin.tinh.gov.vn/x"}, "without a path"),
        ({"MINHTIN_PUBLIC_URL": "https://a:b@minhtin.tinh.gov.vn"}, "without a path"),
    ],
)
def test_a_provider_that_would_not_be_safe_is_refused(
    tmp_path: Path, changed: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        check_provider(settings(tmp_path, **changed))


def test_a_provider_on_loopback_may_do_without_tls(tmp_path: Path) -> None:
    here = {
        "MINHTIN_OIDC_ISSUER": "http://127.0.0.1:9000",
        "MINHTIN_PUBLIC_URL": "http://localhost:8501",
    }
    check_provider(settings(tmp_path, **here))


@pytest.mark.parametrize("roles", ["x=boss", "analyst", "=analyst", "x="])
def test_words_that_are_no_role_are_named(tmp_path: Path, roles: str) -> None:
    with pytest.raises(ConfigurationError, match="oidc_roles"):
        provider_roles(settings(tmp_path, MINHTIN_OIDC_ROLES=roles))
    with pytest.raises(ConfigurationError, match="code_roles"):
        code_roles(settings(tmp_path, MINHTIN_CODE_ROLES="boss"))


def test_the_secret_comes_from_a_file_of_its_own_or_the_environment(
    tmp_path: Path,
) -> None:
    file = tmp_path / "oidc"
    file.write_text("tu tep\n", encoding="utf-8")
    file.chmod(0o600)
    named = settings(
        tmp_path,
        MINHTIN_OIDC_CLIENT_SECRET="",
        MINHTIN_OIDC_CLIENT_SECRET_FILE=str(file),
    )
    assert provider_secret(named) == "tu tep"
    given = settings(tmp_path, MINHTIN_OIDC_CLIENT_SECRET="tu moi truong")
    assert provider_secret(given) == "tu moi truong"
    assert "tu moi truong" not in repr(given)
    (tmp_path / "minhtin.toml").write_text('oidc_client_secret = "x"\n')
    with pytest.raises(ConfigurationError, match="does not belong there"):
        settings(tmp_path)
