"""Why the service cannot go on: each error is a sentence that says what to do, and has the program's exit status."""


class ServiceError(Exception):
    """The service cannot go on. The message is a sentence that says why and what to do."""

    #: Of the program.
    exit_status = 1


class AddressError(ServiceError):
    """The health page's address cannot be used."""

    exit_status = 2


class SettingError(ServiceError):
    """A setting names something that cannot be used."""

    exit_status = 2


class TokenRefusedError(ServiceError):
    """Telegram refuses the token, at the start or later; nothing is dropped."""

    exit_status = 3
