// Every kind of page that one comes to by a link, and its address on a server.

const FACTS =
  "error=relay-denied&refused_by=own-server&account_domain=fpt.vn&program=outlook-classic";
const ON_IPHONE = FACTS.replace("fpt.vn", "gmail.com").replace("outlook-classic", "iphone");
const PORTAL = "/at/proseware";

// `path` stands below the language. Search engines may list the start pages alone: every other page
// asks them not to, which Lighthouse would count as a fault. `weak`: measured on a weak line too.
const KINDS = {
  start: { path: "", listed: true, weak: true },
  choice: { path: "check?error=relay-denied", weak: true },
  typed: { path: `check?${FACTS}&change=account_domain`, weak: true },
  plan: { path: `check?${FACTS}&plan=now`, weak: true },
  "later-fix": { path: `check?${FACTS}&tried=match-settings&plan=now`, weak: true },
  "iphone-plan": { path: `check?${ON_IPHONE}&plan=now`, weak: true },
  worked: { path: `check?${FACTS}&worked=match-settings` },
  sheet: { path: `sheet?${FACTS}` },
  help: { path: `help?${FACTS}` },
  "ask-for-code": { path: "case" },
  case: { path: `help?${FACTS}`, method: "POST" },
  desk: { path: `desk?${FACTS}` },
  "sign-in": { path: "desk/sign-in" },
  developers: { path: "developers" },
  api: { path: "developers/api" },
  "portal-start": { path: "", root: PORTAL, listed: true, weak: true },
  "portal-plan": { path: `check?${FACTS}&plan=now`, root: PORTAL, weak: true },
  "portal-developers": { path: "developers", root: PORTAL },
  "portal-links": { path: "developers/links", root: PORTAL },
  "portal-test": { path: "developers/test", root: PORTAL },
};

const PAGES = ["vi", "en"].flatMap((lang) =>
  Object.entries(KINDS).map(([name, kind]) => ({ ...kind, lang, name: `${lang}/${name}` })),
);

// Return the pages with a part of a name, each with its `url` on a server.
export async function findPages(home, part) {
  const found = PAGES.filter((page) => page.name.includes(part));
  if (!found.length) throw new Error(`No page has ${part} in its name`);
  return Promise.all(found.map(async (page) => ({ ...page, url: await addressOf(page, home) })));
}

// Return where one stands in the end: a new case leads to its code, and whoever comes from a
// portal's network to an address that says so.
async function addressOf({ root = "", lang, path, method = "GET" }, home) {
  const answer = await fetch(`${home}${root}/${lang}/${path}`, { method });
  if (!answer.ok) throw new Error(`${answer.status} from ${answer.url}`);
  await answer.text();
  return answer.url;
}
