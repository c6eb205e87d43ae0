"""Finding the account that a UID, an address or a name means; nothing here reads posts."""

from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.sources.face import NotFoundError, RefusedError, UnreadableError
from bot.sources.weibo.cards import user_id
from bot.sources.weibo.claims import Named, read_name
from bot.sources.weibo.classifier import Kind
from bot.sources.weibo.fields import Json, elements, inner, integer, mapping
from bot.sources.weibo.people import account_of
from bot.sources.weibo.session import Answer, Session
from bot.sources.weibo.urls import WeiboUrls

#: As many as a chat can show as buttons.
_MAX_CANDIDATES = 5
_GROUP, _USER = 11, 10
_GIVE_ADDRESS = "Send the address of its profile (https://weibo.com/u/…) or its number (UID) instead."


class Lookup:
    """Asks Weibo who somebody is. Every question goes before the polls: somebody is waiting for it."""

    def __init__(self, session: Session, urls: WeiboUrls) -> None:
        self._session, self._urls = session, urls

    async def find(self, what: str) -> tuple[Account, ...]:
        """Give the accounts that ``what`` names. Raises NotFoundError, RefusedError, UnreadableError."""
        named = read_name(what, self._urls.netlocs())
        if named.uid:
            return (await self._by_uid(named.uid),)
        if named.name:
            return await self._by_name(named.name)
        if named.domain:
            return (await self._by_domain(named.domain),)
        if named.post:
            return (await self._by_post(named),)
        raise NotFoundError(f"This names no Weibo account. {_GIVE_ADDRESS}")

    async def _by_uid(self, uid: str) -> Account:
        answer = await self._session.ask(self._urls.profile(uid), interactive=True)
        account = account_of(inner(answer.json, "data", "userInfo")) if answer.usable else None
        if account is not None and account.key == uid:
            return account
        if answer.usable or answer.kind in (Kind.EMPTY_AMBIGUOUS, Kind.SITE_ERROR):
            raise NotFoundError(
                f"Weibo shows no account with the number {uid}. Check it on https://weibo.com/u/{uid}."
            )
        raise _failure(answer)

    async def _by_name(self, name: str) -> tuple[Account, ...]:
        answer = await self._session.ask(self._urls.user_by_name(name), interactive=True)
        account = account_of(inner(answer.json, "data", "user")) if answer.usable else None
        if account is not None:
            return (account,)
        return await self._by_search(name)

    async def _by_search(self, name: str) -> tuple[Account, ...]:
        answer = await self._session.ask(self._urls.search_users(name), interactive=True)
        nothing = (Kind.EMPTY_AMBIGUOUS, Kind.SITE_ERROR)
        if not answer.usable and answer.kind not in nothing:
            raise _failure(answer)
        found = _users(inner(answer.json, "data")) if answer.usable else []
        exact = [account for account in found if account.name.casefold() == name.casefold()]
        if not found:
            raise NotFoundError(f"No Weibo account is called {name}. {_GIVE_ADDRESS}")
        return tuple(exact[:1] or found[:_MAX_CANDIDATES])

    async def _by_domain(self, domain: str) -> Account:
        answer = await self._session.ask(self._urls.user_by_domain(domain), interactive=True)
        account = account_of(inner(answer.json, "data", "user")) if answer.usable else None
        if account is not None:
            return account
        redirect = await self._session.ask(self._urls.domain_redirect(domain), interactive=True)
        uid = read_name(redirect.location, self._urls.netlocs()).uid or _uid_in_path(redirect.location)
        if uid:
            return await self._by_uid(uid)
        if redirect.until is not None and answer.until is not None:
            raise _failure(redirect)
        raise NotFoundError(f"Weibo knows no account at weibo.com/{domain}. {_GIVE_ADDRESS}")

    async def _by_post(self, named: Named) -> Account:
        answer = await self._session.ask(self._urls.post(named.post), interactive=True)
        uid = user_id(inner(answer.json, "data")) if answer.usable else ""
        if uid:
            return await self._by_uid(uid)
        if answer.usable or answer.kind in (Kind.DELETED, Kind.NO_PERMISSION, Kind.EMPTY_AMBIGUOUS, Kind.SITE_ERROR):
            raise NotFoundError(
                f"Weibo does not show this post, so its author is not known. {_GIVE_ADDRESS}",
                Reason(Cause.POST_HIDDEN),
            )
        raise _failure(answer)


def _uid_in_path(location: str) -> str:
    return read_name("https://m.weibo.cn" + location).uid if location.startswith("/") else ""


def _users(data: Json) -> list[Account]:
    """Read a search: users stand in cards of type 10, alone or within a group."""
    cards = [mapping(card) for card in list(elements(data.get("cards")))[:100]]
    inside = [
        mapping(card)
        for group in cards
        if integer(group.get("card_type")) == _GROUP
        for card in list(elements(group.get("card_group")))[:100]
    ]
    users = [card.get("user") for card in (*cards, *inside) if integer(card.get("card_type")) == _USER]
    accounts = (account_of(mapping(user)) for user in users)
    return list({account.key: account for account in accounts if account is not None}.values())


def _failure(answer: Answer) -> RefusedError | UnreadableError:
    if answer.until is not None:
        return RefusedError(
            f"{answer.why} It can be asked again at {answer.until:%H:%M} UTC. {answer.advice}".strip(), answer.reason
        )
    if answer.kind is Kind.TRANSIENT:
        return RefusedError(f"{answer.why} Try again in a few minutes.", answer.reason)
    if answer.kind is Kind.LOGIN_WALL:
        return RefusedError(f"{answer.why} {answer.advice}", answer.reason)
    return UnreadableError(f"{answer.why} {answer.advice}".strip(), answer.reason)
