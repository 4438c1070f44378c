"""A signed agreement as a PDF, for its signer."""

from html import escape

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from reviewer.access.agreement_copies import SignedAgreement
from reviewer.model.clock import to_iso

_MARGIN_MM = 22.0


def agreement_document(signed: SignedAgreement) -> QTextDocument:
    """The text as it was signed, then who signed it, when, and the hash that the signature covers."""
    lines = (
        signed.statement,
        _tr("Signed by: {0}").format(signed.name),
        _tr("Signed at: {0}").format(to_iso(signed.signed_at)),
        _tr("Version: {0}, {1}").format(signed.version, signed.locale),
        _tr("SHA-256 of the text: {0}").format(signed.sha256),
        _tr("Signature (Ed25519): {0}").format(signed.json["signature"]),
        _tr("The copy in JSON proves the signature: reviewer nda check FILE."),
    )
    document = QTextDocument()
    document.setHtml(
        f"<pre style='white-space: pre-wrap'>{escape(signed.text)}</pre><hr>"
        + "".join(f"<p>{escape(line)}</p>" for line in lines)
    )
    return document


def agreement_pdf(signed: SignedAgreement) -> bytes:
    """The document as PDF."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    writer.setTitle(signed.title)
    agreement_document(signed).print_(writer)
    buffer.close()
    return bytes(buffer.data().data())


def _tr(text: str) -> str:
    return QCoreApplication.translate("agreement_pdf", text)
