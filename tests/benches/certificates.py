"""A certificate authority of the tests' own, and certificates for this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """PEM files: of the authority, and a certificate with its key."""

    authority: Path
    certificate: Path
    key: Path

    def renew(self, *, valid_for: timedelta = timedelta(days=2)) -> None:
        """Puts another certificate for the same key in place of the present one, by the same authority."""
        authority, present = (
            x509.load_pem_x509_certificate(file.read_bytes()) for file in (self.authority, self.certificate)
        )
        key = serialization.load_pem_private_key(self.authority.with_suffix(".key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        public = present.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        host = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        made = _signed(authority.subject, present.subject, public, host, key, valid_for)
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def make_certificates(
    folder: Path, host: str = "127.0.0.1", *, valid_for: timedelta = timedelta(days=2)
) -> Certificates:
    """A new authority, and a certificate by it for an address; ``valid_for`` is from now, or until before."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = _name("Test authority"), _name(host)
    authority = (
        _builder(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    hosts = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
    certificate = _signed(issuer, subject, key.public_key(), hosts, authority_key, valid_for)
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    for file, secret in ((made.key, key), (made.authority.with_suffix(".key"), authority_key)):
        file.write_bytes(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return made


def _signed(
    issuer: x509.Name,
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    hosts: x509.SubjectAlternativeName,
    authority_key: ec.EllipticCurvePrivateKey,
    valid_for: timedelta,
) -> x509.Certificate:
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(issuer, subject, public_key, valid_for)
        .add_extension(hosts, critical=False)
        .add_extension(by, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    valid_for: timedelta = timedelta(days=2),
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + valid_for)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
