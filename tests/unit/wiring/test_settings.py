from pathlib import Path

import pytest

from domain.errors import ConfigurationError
from wiring.engines import s3_options
from wiring.settings import (
    KafkaSecurity,
    Mode,
    SearchEngine,
    load_other,
    load_settings,
)


def load(tmp_path, **values):
    environment = {f"MINHTIN_{name.upper()}": text for name, text in values.items()}
    return load_settings(environment, tmp_path)


def test_without_addresses_everything_lies_in_the_home(tmp_path):
    settings = load(tmp_path)
    assert settings.log_url == settings.search_url == settings.database_url == ""
    assert settings.casework_url == f"sqlite:///{tmp_path}/casework.sqlite"
    assert settings.evidence_folder == tmp_path / "evidence"


def test_engines_are_taken_from_the_environment_and_the_file(tmp_path):
    (tmp_path / "minhtin.toml").write_text(
        'log_url = "kafka://a:1,b:2"\nsearch_monthly = true\nsearch_shards = 3\n'
    )
    settings = load(
        tmp_path,
        search_url="https://c:9200",
        search_engine="opensearch",
        kafka_security="sasl_ssl",
        kafka_ca_file="/etc/ca.pem",
        database_url="postgresql+psycopg://u:p@d/minhtin",
        evidence_dir=str(tmp_path / "shared"),
    )
    assert settings.log_url == "kafka://a:1,b:2"
    assert settings.search_monthly
    assert settings.search_shards == 3
    assert settings.search_engine is SearchEngine.OPENSEARCH
    assert settings.kafka_security is KafkaSecurity.SASL_SSL
    assert str(settings.kafka_ca_file) == "/etc/ca.pem"
    assert settings.casework_url == "postgresql+psycopg://u:p@d/minhtin"
    assert settings.evidence_folder == tmp_path / "shared"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_url", "a:9092"),
        ("search_url", "elastic:9200"),
        ("database_url", "mysql://u:geheim@h/db"),
        ("kafka_security", "tls"),
        ("log_replication", "0"),
        ("search_replicas", "-1"),
        ("evidence_url", "https://u:geheim@h/bucket"),
        ("evidence_url", "s3://bucket"),
        ("evidence_url", "s3://bucket/"),
        ("evidence_endpoint", "h:9000"),
        ("log_level", "LOUD"),
        ("lease_seconds", "0"),
        ("lease_seconds", "nan"),
        ("crawl_delay", "-1"),
        ("crawl_delay", "inf"),
    ],
)
def test_what_is_no_engine_is_refused_without_showing_secrets(tmp_path, name, value):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, **{name: value})
    assert name in str(caught.value)
    assert "geheim" not in f"{caught.value} {caught.value.hint}"


def test_secrets_are_not_shown_when_settings_are_printed(tmp_path):
    settings = load(
        tmp_path,
        secret_key="geheim",
        kafka_password="geheim",
        search_password="geheim",
        search_api_key="geheim",
        database_url="postgresql+psycopg://u:geheim@h/db",
    )
    assert "geheim" not in repr(settings)


def test_sample_mode_shows_no_figures_beyond_loopback(tmp_path) -> None:
    env = {"MINHTIN_MODE": "sample", "MINHTIN_METRICS_HOST": "0.0.0.0"}  # noqa: S104
    with pytest.raises(ConfigurationError, match="figures"):
        load_settings(env, tmp_path)


def test_a_bucket_is_taken_apart_for_its_adapter(tmp_path):
    with pytest.raises(ConfigurationError, match="no key"):
        load(tmp_path, evidence_url="s3://kho/van-phong")
    settings = load(
        tmp_path,
        evidence_url="s3://kho/tinh/van-phong/",
        evidence_endpoint="https://s3.example.vn:9000/",
        evidence_access_key="k",
        evidence_secret_key="geheim",
        evidence_ca_file="/etc/ca.pem",
    )
    options = s3_options(settings)
    assert (options.bucket, options.prefix) == ("kho", "tinh/van-phong")
    assert options.endpoint == "https://s3.example.vn:9000"
    assert options.path_style
    assert str(options.ca_file) == "/etc/ca.pem"
    assert "geheim" not in f"{settings} {options}"


def test_the_rest_of_a_password_without_quotes_is_not_shown(tmp_path):
    path = tmp_path / "new.env"
    path.write_text("MINHTIN_KAFKA_PASSWORD=ge heim\n", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_other(path, load(tmp_path))
    assert "line 1" in str(caught.value)
    assert "heim" not in str(caught.value)


def test_a_folder_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refused(*_args, **_named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        load_settings({}, tmp_path)


def test_a_folder_that_is_not_there_has_no_settings(tmp_path):
    assert load_settings({}, tmp_path / "none" / "here").mode is Mode.OFFICE
