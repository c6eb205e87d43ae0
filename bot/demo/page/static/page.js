// The page: puts the log, the text field, the story and the live connection together.
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import { Story } from "./story.js";
import { Stream, post } from "./stream.js";

const TOAST_MS = 3500;
const ACTION_MS = 5000;
const ACTIONS = { typing: "typing…", upload_photo: "sending a photo…" };

const state = document.getElementById("bot-state");
const toast = document.getElementById("toast");
let username = "";
let toastTimer = 0;
let actionTimer = 0;

function showToast(text, alert) {
  if (!text) return;
  if (alert) {
    document.getElementById("alert-text").textContent = text;
    document.getElementById("alert").showModal();
    return;
  }
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
}

function showState(text, busy) {
  clearTimeout(actionTimer);
  state.textContent = text;
  state.classList.toggle("busy", busy);
}

async function say(text) {
  const { problem } = await post("say", { text });
  if (problem) showToast(problem, false);
  return !problem;
}

async function press(id, row, column) {
  const { problem } = await post("press", { id, row, column });
  if (problem) showToast(problem, false);
}

/** What the button does in Telegram; the demo has one chat only. */
function share(query) {
  showToast(`In Telegram you would now choose a chat to send this alert to. Typed in any chat, “@${username} ${query}” finds it.`, false);
}

const composer = new Composer(say);
const log = new Log({ command: say, press, share });
const story = new Story();

function arrived(message) {
  log.put(message);
  if (message.bot) showState("bot", false);
  composer.fresh(false);
}

new Stream({
  state: (connected) => {
    document.body.dataset.connected = String(connected);
    showState(connected ? "bot" : "reconnecting…", !connected);
  },
  snapshot: (all) => {
    document.getElementById("bot-name").textContent = all.bot.name;
    username = all.bot.username;
    if (all.bot.description) document.getElementById("description").textContent = all.bot.description;
    composer.commands = all.commands;
    log.replace(all.messages);
    composer.fresh(all.messages.length === 0);
  },
  message: arrived,
  edit: (message) => log.put(message),
  remove: ({ id }) => log.remove(id),
  toast: ({ text, alert }) => showToast(text, alert),
  action: ({ action }) => {
    showState(ACTIONS[action] ?? "busy…", true);
    actionTimer = setTimeout(() => showState("bot", false), ACTION_MS);
  },
  commands: ({ commands }) => { composer.commands = commands; },
  story: (board) => story.show(board),
});
