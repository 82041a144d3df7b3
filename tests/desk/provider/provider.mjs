// An OpenID provider on a free port of loopback, by the name that it is given there:
// node provider.mjs 127.0.0.1 '[{"client_id": …}, …]'
// It says where it is in one line, and ends with its standard input.
//
// Whoever types the name of an account is signed in as it; what is typed as groups, acr or amr is told of them.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import Provider from "oidc-provider";

const [host, clients] = process.argv.slice(2);
const GROUPS = { kim: ["helpdesk"], lan: ["helpdesk", "leads"], eve: [] };
const groupsOf = new Map(Object.entries(GROUPS));

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://${host}:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: JSON.parse(clients),
    acrValues: ["one", "two"],
    claims: { acr: null, openid: ["sub", "amr"], profile: ["name"], groups: ["groups"] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} of the provider`, groups: groupsOf.get(id) }),
    }),
    // The desk is the provider's own: nobody is asked whether it may know their name.
    loadExistingGrant: async ({ oidc }) => {
      const { accountId } = oidc.session;
      const grant = new oidc.provider.Grant({ accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope("openid profile groups");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    try {
      if (!request.url.startsWith("/interaction/")) {
        answer(request, response);
      } else if (request.method === "POST") {
        const typed = new URLSearchParams(await text(request));
        const accountId = typed.get("account");
        if (typed.has("groups")) groupsOf.set(accountId, typed.get("groups").split(" "));
        const login = { accountId };
        if (typed.has("acr")) login.acr = typed.get("acr");
        if (typed.has("amr")) login.amr = typed.get("amr").split(" ");
        const result = typed.has("cancel") ? { error: "access_denied" } : { login };
        await provider.interactionFinished(request, response, result);
      } else {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.end(FORM);
      }
    } catch (fault) {
      response.writeHead(500);
      response.end(String(fault));
    }
  });
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit());

const FORM = `<!doctype html>
<html lang="en">
<title>The provider</title>
<form method="post">
<p><label for="account">Account</label> <input id="account" name="account" autofocus></p>
<p><button>Continue</button> <button name="cancel" value="yes">Cancel</button></p>
</form>`;
