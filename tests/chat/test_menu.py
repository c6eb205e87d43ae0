from bot.chat import menu
from bot.chat.menu import FOR_OPERATORS, SHOWN
from bot.demo.botapi.faults import Act, Fault
from bot.locales import SOURCE, available, phrases


def codes() -> set[str]:
    """What setMyCommands is told of our languages: two letters each, once; "" for everybody else."""
    return {"", *(tag.partition("-")[0] for tag in available() if tag != SOURCE)}


async def test_the_commands_are_registered_in_each_language(house):
    commands = await house.server.wait_for(
        lambda: (
            house.server.state.profile.commands if len(house.server.state.profile.commands) >= len(codes()) else None
        )
    )
    by_language = {language: listed for (_scope, language), listed in commands.items()}
    assert set(by_language) == codes() > {"zh", "es", "fr", "de", "pt"}
    for language, listed in by_language.items():
        assert [command["command"] for command in listed] == list(SHOWN)
        says = phrases(language or SOURCE)
        assert [command["description"] for command in listed] == [says(f"menu.{name}") for name in SHOWN]
    assert by_language["zh"][1]["description"] == "查找我知道的官方账号"
    assert len({listed[0]["description"] for listed in by_language.values()}) == len(by_language)


async def test_every_shown_command_is_one_that_works(house):
    from bot.chat.routing import Routes

    assert {*SHOWN, *FOR_OPERATORS} <= set(Routes(house.chat._desk).commands)


async def test_operators_see_their_commands_and_nobody_else_does(server, db, at_work):
    operator = server.world.add_user("Ops")
    nobody = 987654321
    async with at_work(server, db, frozenset({nobody, operator.id})) as house:
        commands = house.server.state.profile.commands
        await house.server.wait_for(lambda: {code for _, code in commands if _ == f"chat:{operator.id}:"} == codes())
    theirs = [command["command"] for command in commands[f"chat:{operator.id}:", ""]]
    assert theirs == [*SHOWN, *FOR_OPERATORS]
    # an operator who never spoke to the bot stops nothing
    assert {scope for scope, _ in commands} == {"default", f"chat:{operator.id}:"}


async def test_a_menu_that_cannot_be_registered_stops_nothing(server, db, at_work):
    server.faults.add(Fault(Act.STATUS, method="setMyCommands", status=500, times=None))
    async with at_work(server, db) as house:
        user = house.world.add_user("Wei")
        house.world.say(user.id, user.id, "/help")
        await house.says(user.id, "/subscribe LINK")
        assert house.server.state.profile.commands == {}


def test_each_language_is_reached_by_the_two_letters_that_telegram_takes():
    registered = menu._codes()
    assert len(available()) == 12
    assert {tag.partition("-")[0] for tag in available()} == {code or "en" for code in registered.values()}
    assert all(len(code) in {0, 2} for code in registered.values())
    # Telegram takes no script: its one Chinese menu is in the characters of the greater number
    assert (registered["zh-Hans"], registered.get("zh-Hant")) == ("zh", None)
