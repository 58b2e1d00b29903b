import { homeOf, type PageName, pages } from '../service/contract/pages.js';
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

const views: Record<PageName, View> = {
	switcher: { tag: 'r58-switcher-page', load: () => import('./pages/switcher/page.js') },
	inputs: { tag: 'r58-inputs-page', load: () => import('./pages/inputs/page.js') },
	targets: { tag: 'r58-targets-page', load: () => import('./pages/targets/page.js') },
	recordings: { tag: 'r58-recordings-page', load: () => import('./pages/recordings/page.js') },
	ready: { tag: 'r58-ready-page', load: () => import('./pages/ready/page.js') },
	showLog: { tag: 'r58-show-log-page', load: () => import('./pages/show-log/page.js') },
	system: { tag: 'r58-system-page', load: () => import('./pages/system/page.js') },
	network: { tag: 'r58-network-page', load: () => import('./pages/network/page.js') },
	settings: { tag: 'r58-settings-page', load: () => import('./pages/settings/page.js') },
	users: { tag: 'r58-users-page', load: () => import('./pages/users/page.js') },
	health: { tag: 'r58-health-page', load: () => import('./pages/health/page.js') },
	systemLog: { tag: 'r58-system-log-page', load: () => import('./pages/system-log/page.js') },
	account: { tag: 'r58-account-page', load: () => import('./pages/account/page.js') },
	join: { tag: 'r58-join-page', load: () => import('./pages/join/page.js') },
	watch: { tag: 'r58-watch-page', load: () => import('./pages/watch/page.js') },
};
const login: View = { tag: 'r58-login-page', load: () => import('./pages/login/page.js') };

interface Shown {
	view: View;
	name: TitleName;
	properties: Record<string, unknown>;
}
let shown: Shown | null = null;

async function show(next: Shown): Promise<void> {
	shown = next;
	await next.view.load();
	document.title = `${common.pages[next.name]} – R58 Studio`;
	document.body.replaceChildren(Object.assign(document.createElement(next.view.tag), next.properties));
}

function logIn(next: string | null, reason: string | null = null): Promise<void> {
	return show({ view: login, name: 'login', properties: { next, reason } });
}

/** The session of an operator page: from the token in the address, else from the cookie. */
async function enter(): Promise<Session | null> {
	const login = fragmentLogin();
	if (login === null) return currentSession();
	hideFragment();
	return signIn(login);
}

async function open(): Promise<void> {
	const name = location.pathname.split('/')[1] ?? '';
	const page = pages.find(({ path }) => path.split('/')[1] === name);
	if (page?.role === null) return show({ view: views[page.name], name: page.name, properties: {} });
	const next = page ? location.pathname : null;
	try {
		const session = await enter();
		if (session === null) return logIn(next);
		if (!page) return location.replace(homeOf(session));
		if (!atLeast(session.role, page.role)) return logIn(next, common.operatorsOnly(session.role));
		return show({ view: views[page.name], name: page.name, properties: { session } });
	} catch (error) {
		return logIn(next, sentence(error));
	}
}

/** A page of the panel is put up again in the new language. A guest's stays as it is: it would hang up, and has its own way. */
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
// A link pasted into the same tab changes only the fragment.
window.addEventListener('hashchange', () => fragmentToken() !== null && location.reload());
// Sessions were closed when the page was left; a page taken back from the cache starts afresh.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
void open();
