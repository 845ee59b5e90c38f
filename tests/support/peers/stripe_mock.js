// npm's stripe-stateful-mock on a free port of this machine alone; its own starter listens everywhere, on a fixed one.
"use strict";

const { createExpressApp } = require("stripe-stateful-mock");

require("loglevel").setLevel("silent");
const server = createExpressApp().listen(0, "127.0.0.1", () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});
