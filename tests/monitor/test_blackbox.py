"""blackbox_exporter's configuration becomes modules of the site."""

import pytest
import yaml

from hisops.core import config
from hisops.monitor import blackbox
from hisops.monitor.watch import Kinds

# Written by hand with every key of CONFIGURATION.md of blackbox_exporter 0.23.0.
CONF = r"""
modules:
  api:
    prober: http
    timeout: 1m30s
    http:
      valid_status_codes: [200, 204]
      valid_http_versions: ["HTTP/1.1", "HTTP/2.0"]
      method: POST
      headers: {X-Site: hospital}
      body_size_limit: 10MB
      compression: gzip
      no_follow_redirects: true
      fail_if_not_ssl: true
      fail_if_body_not_matches_regexp: ["UP"]
      fail_if_header_matches: [{header: Server, regexp: IIS, allow_missing: true}]
      tls_config: {ca_file: /etc/ca.pem, min_version: TLS12, renegotiation: never}
      basic_auth: {username: ann, password: hunter2}
      preferred_ip_protocol: ip4
      proxy_url: http://proxy.example/
      enable_http2: false
      body: "{}"
  token: {prober: http, http: {bearer_token_file: /etc/token}}
  mail:
    prober: tcp
    timeout: 500ms
    tcp:
      query_response:
        - expect: "^220 "
        - send: "EHLO ${1}"
        - starttls: true
      tls: false
      tls_config: {insecure_skip_verify: true}
  name:
    prober: dns
    dns:
      query_name: his.example
      validate_answer_rrs: {fail_if_not_matches_regexp: ["192"]}
  far: {prober: icmp, icmp: {ttl: 5, payload_size: 100, dont_fragment: true}}
  rpc: {prober: grpc, grpc: {tls: true}}
"""


@pytest.fixture(scope="module")
def converted():
    return blackbox.convert(yaml.safe_load(CONF)["modules"])


def notes(converted, module):
    return [note.text for note in converted[1] if note.module == module]


def test_options_keep_their_names_and_meaning(converted):
    api = converted[0]["api"]

    assert api["probe"] == "http"
    assert api["timeout"] == "90 s"
    assert api["follow_redirects"] is False
    assert api["headers"] == {"X-Site": "hospital", "Accept-Encoding": "gzip"}
    assert api["tls_config"] == {"ca_file": "/etc/ca.pem", "min_version": "TLS12"}
    assert converted[0]["name"]["query_type"] == "ANY"
    assert converted[0]["mail"]["timeout"] == "0.5 s"


def test_no_password_is_copied(converted):
    assert converted[0]["api"]["basic_auth"]["password"] == "credential:api-secret"
    assert converted[0]["token"]["bearer_token"] == "file:/etc/token"
    assert "hunter2" not in repr(converted)
    assert any("not copied" in text for text in notes(converted, "api"))


def test_what_is_left_out_is_told(converted):
    texts = " ".join(notes(converted, "api"))

    assert "proxy_url" in texts
    assert "tls_config.renegotiation" in texts
    assert "enable_http2" not in texts  # nothing is lost
    assert "rpc" not in converted[0]
    assert notes(converted, "rpc") == ["prober 'grpc' is not known: left out"]


@pytest.mark.parametrize("name", ["api", "token", "mail", "name", "far"])
def test_our_reader_takes_what_was_made(converted, name):
    options = {k: v for k, v in converted[0][name].items() if k != "probe"}
    problems = []

    made = config.decode(options, Kinds()[converted[0][name]["probe"]], "x", problems)

    assert problems == []
    assert made is not None


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("1m30s", 90), ("500ms", 0.5), ("1d", 86400)]
)
def test_reads_spans_as_go_writes_them(text, seconds):
    assert blackbox.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "1h x"])
def test_refuses_other_spans(text):
    with pytest.raises(ValueError, match="no duration"):
        blackbox.seconds(text)
