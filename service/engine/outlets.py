"""By which ways something leaves the house: the mail server, where pages are reached, and where webhooks may go."""

from __future__ import annotations

from dataclasses import dataclass

from service.settings import MailServer, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """What of `Settings` deliveries need. Without `mail` no mail is sent; without `public_url` nothing has a link."""

    mail: MailServer | None = None
    public_url: str | None = None
    webhook_private: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Outlets:
        return cls(mail=settings.mail, public_url=settings.public_url, webhook_private=settings.webhook_private)

    def link(self, path: str) -> str | None:
        """Where a path of the pages is reached from outside."""
        return None if self.public_url is None else f"{self.public_url}{path}"
