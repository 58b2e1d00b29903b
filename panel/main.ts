import { homeOf, type PageName, pageFolder, pages } from '../service/contract/pages.js';
import { atLeast } from '../service/contract/roles.js';
import type { Session } from '../service/contract/sessions.js';
import { sentence } from './data/http.js';
import { currentSession, fragmentLogin, fragmentToken, hideFragment, renew, signIn } from './data/session.js';
import { applyTheme } from './elements/theme-switch.js';
import { startLanguage } from './texts/choose.js';
import { common } from './texts/common.js';

type TitleName = keyof typeof common.pages;

interface View {
	tag: string;
	load(): Promise<unknown>;
}

const files = import.meta.glob<unknown>('./pages/*/page.ts');

function viewOf(name: PageName | 'login'): View {
	const folder = pageFolder(name);
	return { tag: `r58-${folder}-page`, load: files[`./pages/${folder}/page.ts`]! };
}

interface Shown {
	view: View;
	name: TitleName;
	properties: { session?: Session; next?: string | null; reason?: string | null };
}
let shown: Shown | null = null;

async function show(next: Shown): Promise<void> {
	shown = next;
	await next.view.load();
	document.title = `${common.pages[next.name]} – R58 Studio`;
	document.body.replaceChildren(Object.assign(document.createElement(next.view.tag), next.properties));
}

function logIn(next: string | null, reason: string | null = null): Promise<void> {
	return show({ view: viewOf('login'), name: 'login', properties: { next, reason } });
}

/** The session of an operator page: by the token in the address, otherwise by the cookie. */
async function enter(): Promise<Session | null> {
	const login = fragmentLogin();
	if (login === null) return currentSession();
	hideFragment();
	return signIn(login);
}

async function open(): Promise<void> {
	const name = location.pathname.split('/')[1] ?? '';
	const page = pages.find(({ path }) => path.split('/')[1] === name);
	if (page?.role === null) return show({ view: viewOf(page.name), name: page.name, properties: {} });
	const next = page ? location.pathname : null;
	try {
		const session = await enter();
		if (session === null) return logIn(next);
		if (!page) return location.replace(homeOf(session));
		if (!atLeast(session.role, page.role)) return logIn(next, common.operatorsOnly(session.role));
		return show({ view: viewOf(page.name), name: page.name, properties: { session } });
	} catch (error) {
		return logIn(next, sentence(error));
	}
}

/** Mounts a panel page again in the new language. A guest's page updates itself instead, because remounting would hang up. */
function speakAgain(): void {
	if (shown !== null && shown.name !== 'join') void show(shown);
}

applyTheme();
startLanguage();
document.addEventListener('language', speakAgain);
document.addEventListener('session-ended', async () => {
	if (await renew()) return;
	void logIn(location.pathname, common.sessionEnded);
});
// Pasting a link into the same tab changes only the fragment.
window.addEventListener('hashchange', () => fragmentToken() !== null && location.reload());
// Leaving the page closed its sessions; a page restored from the cache starts afresh.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
void open();
