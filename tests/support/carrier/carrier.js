// A mobile carrier, as an SMS gateway meets it: an SMPP 3.4 server that takes texts, reports each as delivered, and
// passes on what its subscribers text. Usage: node carrier.js PORT JOURNAL. Each line of standard input is a text of a
// subscriber, {"from", "to", "text"}; each line of the journal is what really happened, written before it is answered.
"use strict";

const fs = require("fs");
const readline = require("readline");
const smpp = require("smpp");

const [port, journalPath] = [Number(process.argv[2]), process.argv[3]];
const journal = fs.openSync(journalPath, "a");
const AGAIN_AFTER_MS = 500;
const waiting = new Map(); // what the gateway has not acknowledged yet, by a number of its own
let session = null;
let texts = 0;
let deliveries = 0;

function write(line) {
  fs.writeSync(journal, JSON.stringify({ at: Date.now() / 1000, ...line }) + "\n");
}

function stamp() {
  const now = new Date().toISOString();
  return now.slice(2, 16).replace(/[-T:]/g, "");
}

// Sent until the gateway acknowledges it, as carriers do: a connection that ends takes nothing with it, and what a
// gateway refuses for now, because the box that would take it is not up yet, it is offered again.
function deliver(pdu, told) {
  const number = ++deliveries;
  waiting.set(number, { pdu, told });
  send(number);
}

function send(number) {
  const one = waiting.get(number);
  if (session === null || one === undefined) return;
  const asked = session;
  const again = () => session === asked && send(number); // a new session has sent all that waits already
  session.deliver_sm(one.pdu, (answer) => {
    if (answer.command_status !== 0) setTimeout(again, AGAIN_AFTER_MS);
    else if (waiting.delete(number)) write({ ...one.told, acknowledged: true });
  });
}

function take(pdu) {
  const id = String(++texts);
  const body = pdu.message_payload || pdu.short_message;
  write({ kind: "text", id, to: pdu.destination_addr, from: pdu.source_addr, text: String(body.message || "") });
  session.send(pdu.response({ message_id: id }));
  if (pdu.registered_delivery & 1) {
    const when = stamp();
    deliver(
      {
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        esm_class: 4,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:${when} done date:${when} stat:DELIVRD err:000 text:`,
      },
      { kind: "receipt", id },
    );
  }
}

const server = smpp.createServer((connected) => {
  connected.on("error", () => connected.close());
  connected.on("close", () => {
    if (session === connected) session = null;
  });
  connected.on("bind_transceiver", (pdu) => {
    session = connected;
    connected.send(pdu.response({ system_id: "carrier" }));
    for (const number of waiting.keys()) send(number);
  });
  connected.on("enquire_link", (pdu) => connected.send(pdu.response()));
  connected.on("submit_sm", take);
  connected.on("unbind", (pdu) => {
    connected.send(pdu.response());
    connected.close();
  });
});

server.listen(port, "127.0.0.1", () => process.stdout.write(`listening on ${server.address().port}\n`));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, to, text } = JSON.parse(line);
  deliver({ source_addr: from, destination_addr: to, short_message: text }, { kind: "said", from, text });
});
