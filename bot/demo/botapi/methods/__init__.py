"""The Bot API's methods that the stand-in offers, by name. Whatever is not listed is answered 404."""

from collections.abc import Awaitable, Callable, Mapping

from bot.demo.botapi.methods import about, chats, editing, inline, polling, sending
from bot.demo.botapi.state import State
from bot.demo.botapi.wire import Call

Method = Callable[[State, Call], Awaitable[object]]

#: getUpdates is not among them: it alone must know when its client hangs up (see app).
METHODS: Mapping[str, Method] = {
    name.lower(): method
    for name, method in (
        ("getMe", about.get_me),
        ("setMyCommands", about.set_my_commands),
        ("getMyCommands", about.get_my_commands),
        ("deleteMyCommands", about.delete_my_commands),
        ("setMyDescription", about.set_my_description),
        ("getMyDescription", about.get_my_description),
        ("setMyShortDescription", about.set_my_short_description),
        ("getMyShortDescription", about.get_my_short_description),
        ("setMyName", about.set_my_name),
        ("getMyName", about.get_my_name),
        ("setChatMenuButton", about.set_chat_menu_button),
        ("deleteWebhook", polling.delete_webhook),
        ("getWebhookInfo", polling.get_webhook_info),
        ("setWebhook", polling.set_webhook),
        ("sendMessage", sending.send_message),
        ("sendPhoto", sending.send_photo),
        ("sendDocument", sending.send_document),
        ("sendMediaGroup", sending.send_media_group),
        ("sendChatAction", sending.send_chat_action),
        ("editMessageText", editing.edit_message_text),
        ("editMessageCaption", editing.edit_message_caption),
        ("editMessageMedia", editing.edit_message_media),
        ("editMessageReplyMarkup", editing.edit_message_reply_markup),
        ("deleteMessage", editing.delete_message),
        ("answerCallbackQuery", chats.answer_callback_query),
        ("answerInlineQuery", inline.answer_inline_query),
        ("getChat", chats.get_chat),
        ("getChatMember", chats.get_chat_member),
        ("getChatAdministrators", chats.get_chat_administrators),
        ("getChatMemberCount", chats.get_chat_member_count),
        ("leaveChat", chats.leave_chat),
        ("getFile", chats.get_file),
    )
}
