// The live connection: Server-Sent Events that come back by themselves and go on where they stopped.

const KINDS = ["snapshot", "message", "edit", "remove", "toast", "action", "commands", "story"];
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;

/** Calls `on[kind](content)` for each event and `on.state(connected)` when the connection comes or goes. */
export class Stream {
  constructor(on) {
    this.on = on;
    this.last = "";
    this.wait = FIRST_WAIT;
    this.open();
  }

  open() {
    // The browser repeats Last-Event-ID by itself only while this one object lives; a new one says it in the address.
    this.source = new EventSource(this.last ? `events?after=${encodeURIComponent(this.last)}` : "events");
    this.source.onopen = () => {
      this.wait = FIRST_WAIT;
      this.on.state(true);
    };
    this.source.onerror = () => {
      this.on.state(false);
      this.source.close();
      setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
    for (const kind of KINDS) {
      this.source.addEventListener(kind, (event) => {
        this.last = event.lastEventId;
        this.on[kind](JSON.parse(event.data));
      });
    }
  }
}

/** Send JSON; the answer's object, with `problem` when it failed. */
export async function post(path, content) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
      signal: AbortSignal.timeout(10000),
    });
    const found = await answer.json();
    return answer.ok || found.problem ? found : { problem: "The demo did not understand this; try again." };
  } catch {
    return { problem: "The demo does not answer; it goes on when it is back." };
  }
}
