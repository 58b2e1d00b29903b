import type { Session } from '../service/contract/sessions.js';
import { sentence } from './data/http.js';
import { atLeast, currentSession, fragmentLogin, fragmentToken, hideFragment, pageOf, renew, signIn } from './data/session.js';
import { applyTheme } from './elements/theme-switch.js';

interface Page {
	tag: string;
	title: string;
	load(): Promise<unknown>;
	/** Operator pages ask for a login; guests and viewers bring their token and handle it themselves. */
	operator: boolean;
	/** For whoever is logged in. */
	own?: true;
}

const pages: Record<string, Page> = {
	switcher: { tag: 'r58-switcher-page', title: 'Switcher', load: () => import('./pages/switcher/page.js'), operator: true },
	inputs: { tag: 'r58-inputs-page', title: 'Inputs', load: () => import('./pages/inputs/page.js'), operator: true },
	outputs: { tag: 'r58-outputs-page', title: 'Outputs', load: () => import('./pages/outputs/page.js'), operator: true },
	recordings: {
		tag: 'r58-recordings-page',
		title: 'Recordings',
		load: () => import('./pages/recordings/page.js'),
		operator: true,
	},
	ready: { tag: 'r58-ready-page', title: 'Ready', load: () => import('./pages/ready/page.js'), operator: true },
	log: { tag: 'r58-log-page', title: 'Show log', load: () => import('./pages/show-log/page.js'), operator: true },
	system: { tag: 'r58-system-page', title: 'System', load: () => import('./pages/system/page.js'), operator: true },
	network: { tag: 'r58-network-page', title: 'Network', load: () => import('./pages/network/page.js'), operator: true },
	settings: { tag: 'r58-settings-page', title: 'Settings', load: () => import('./pages/settings/page.js'), operator: true },
	users: { tag: 'r58-users-page', title: 'Accounts', load: () => import('./pages/users/page.js'), operator: true },
	account: {
		tag: 'r58-account-page',
		title: 'My account',
		load: () => import('./pages/account/page.js'),
		operator: false,
		own: true,
	},
	health: { tag: 'r58-health-page', title: 'Health', load: () => import('./pages/health/page.js'), operator: true },
	logs: { tag: 'r58-logs-page', title: 'Logs', load: () => import('./pages/machine-log/page.js'), operator: true },
	guest_join: { tag: 'r58-join-page', title: 'Join', load: () => import('./pages/join/page.js'), operator: false },
	watch: { tag: 'r58-watch-page', title: 'Watch', load: () => import('./pages/watch/page.js'), operator: false },
};
const login: Page = { tag: 'r58-login-page', title: 'Log in', load: () => import('./pages/login/page.js'), operator: false };

async function show(page: Page, properties: Record<string, unknown> = {}): Promise<void> {
	await page.load();
	document.title = `${page.title} – R58 Studio`;
	document.body.replaceChildren(Object.assign(document.createElement(page.tag), properties));
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
	const page = pages[name];
	if (page && !page.operator && !page.own) return show(page);
	const next = page ? location.pathname : null;
	try {
		const session = await enter();
		if (session === null) return show(login, { next });
		if (!page) return location.replace(pageOf(session));
		if (page.own || atLeast(session.role, 'operator')) return show(page, { session });
		return show(login, { next, reason: `This page is for operators; you are logged in as ${session.role}.` });
	} catch (error) {
		return show(login, { next, reason: sentence(error) });
	}
}

applyTheme();
document.addEventListener('session-ended', async () => {
	if (await renew()) return;
	void show(login, { next: location.pathname, reason: 'Your session has ended. Log in again; the show goes on.' });
});
// A link pasted into the same tab changes only the fragment.
window.addEventListener('hashchange', () => fragmentToken() !== null && location.reload());
// Sessions were closed when the page was left; a page taken back from the cache starts afresh.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
void open();
