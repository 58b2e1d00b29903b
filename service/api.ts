import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { accountRoutes } from './access/accountRoutes.js';
import type { Accounts } from './access/accounts.js';
import { auditRoutes, isAudited, writeAudit } from './access/audit.js';
import { Auth } from './access/auth.js';
import { authorityRoutes } from './access/authorityRoutes.js';
import { certificateRoutes } from './access/certificateRoutes.js';
import type { Certificates } from './access/certificates.js';
import { Lockout } from './access/lockout.js';
import { LoginCodes } from './access/loginCodes.js';
import { OwnNames } from './access/ownNames.js';
import { Passwords } from './access/passwords.js';
import { PublicEntrance } from './access/publicEntrance.js';
import { extendSession, sessionRoutes } from './access/sessionRoutes.js';
import { setupRoutes } from './access/setupRoutes.js';
import { tokenRoutes } from './access/tokenRoutes.js';
import { tunnelRoutes } from './access/tunnelRoutes.js';
import { userRoutes } from './access/userRoutes.js';
import { backupRoutes } from './backup/routes.js';
import { encoderRoutes } from './encoders/routes.js';
import { alertRoutes } from './faults/alertRoutes.js';
import type { Alerts } from './faults/alerts.js';
import type { Faults } from './faults/faults.js';
import type { Conversations } from './guests/conversations.js';
import type { Door } from './guests/door.js';
import { doorRoutes } from './guests/doorRoutes.js';
import { allowGuestEvents, GuestEventsHub, guestEventsSubject } from './guests/guestEvents.js';
import { inviteRoutes } from './guests/inviteRoutes.js';
import { type GuestParts, guestRoutes } from './guests/routes.js';
import type { Health } from './health/health.js';
import { historyRoutes } from './health/historyRoutes.js';
import { Metrics, metricsRoutes } from './health/metrics.js';
import { type FaultVerbs, healthRoutes } from './health/routes.js';
import type { HostFigures } from './hosts/hostFigures.js';
import { createApp } from './http/app.js';
import type { Caller } from './http/caller.js';
import { Clients, clientOf } from './http/client.js';
import { docsRoutes } from './http/docs.js';
import { statusOf } from './http/failure.js';
import { Gate } from './http/gate.js';
import { closeGraceMs, closeServer, createHttpServer, createHttpsServer, listen, refuseUpgrade } from './http/listener.js';
import { openApiRoutes } from './http/openapi.js';
import { panelRoutes } from './http/panel.js';
import { outside, type Route } from './http/route.js';
import type { ProgramLevels } from './mixer/levels.js';
import { iceServerRoutes } from './network/iceServerRoutes.js';
import type { Network } from './network/network.js';
import { reachRoutes } from './network/reachRoutes.js';
import { networkRoutes } from './network/routes.js';
import { ReadyCheck } from './ready/ready.js';
import { readyRoutes } from './ready/routes.js';
import { type RecordingVerbs, recordingRoutes } from './recordings/routes.js';
import type { PeerMedia } from './rtc/media.js';
import { PeerSessions } from './rtc/peerSessions.js';
import { isPeerPath, setCors } from './rtc/peers.js';
import { pollingRoutes } from './rtc/polling.js';
import { whepRoutes } from './rtc/whep.js';
import { whipRoutes } from './rtc/whip.js';
import { audioRoutes } from './scenes/audioRoutes.js';
import { type BusVerbs, busRoutes } from './scenes/busRoutes.js';
import { type SceneVerbs, sceneRoutes } from './scenes/routes.js';
import type { Switcher } from './scenes/switcher.js';
import { settingsRoutes } from './settings/routes.js';
import type { Settings } from './settings/settings.js';
import { logged } from './showLog/logged.js';
import { showLogRoutes } from './showLog/routes.js';
import type { ShowLog } from './showLog/showLog.js';
import { type SourceVerbs, sourceRoutes } from './sources/routes.js';
import { EventsHub, eventsPath, eventsRoutes } from './state/events.js';
import { stateRoutes } from './state/routes.js';
import type { LiveState } from './state/state.js';
import type { Store } from './store/store.js';
import { streamerRoutes } from './streamers/routes.js';
import { supportRoutes } from './support/routes.js';
import { logRoutes } from './system/logRoutes.js';
import { systemRoutes } from './system/routes.js';
import type { SafeMode } from './system/safeMode.js';
import { type TargetVerbs, targetRoutes } from './targets/routes.js';
import type { TableList, Tables } from './util/boundedMap.js';
import { messageOf, StudioError } from './util/errors.js';
import type { Log } from './util/log.js';
import { programFolder } from './util/program.js';
/** What a request can ask of the running show, noun by noun. HTTP only translates to these. */
export interface Show {
	state: LiveState;
	faults: FaultVerbs & Pick<Faults, 'raise' | 'clear'>;
	health: Health;
	alerts: Alerts;
	/** Tables that clients can grow. */
	readonly tables: Tables;
	/** `now` is true while program frames advance. */
	onAir: { readonly now: boolean };
	levels: Pick<ProgramLevels, 'on'>;
	figures: Pick<HostFigures, 'on' | 'current'>;
	safeMode: Pick<SafeMode, 'leave'>;
	sources: SourceVerbs;
	guests: GuestParts['guests'];
	door: Door;
	conversations: Pick<Conversations, 'add' | 'seen'>;
	scenes: SceneVerbs & BusVerbs & Pick<Switcher, 'patchStrip'>;
	recordings: RecordingVerbs;
	targets: TargetVerbs;
	network: Pick<Network, 'iceServers' | 'status' | 'test'>;
	media: PeerMedia;
}

export interface ApiOptions {
	show: Show;
	store: Store;
	settings: Settings;
	showLog: ShowLog;
	log: Log;
	certificates: Certificates;
	/** Folder of the built panel. */
	panelDir: string;
	/** Lets local programs read the status (`r58 status`). */
	statusToken?: string;
	/** Ends the service so that its manager restarts it; null without a manager. */
	restart?: (() => void) | null;
	/** A strip without sound for this long counts as silent. */
	quietMs?: number;
	/** Absent: the studio needs no set-up. */
	setup?: Accounts['setup'];
	passwords?: Passwords;
}

const noSetup: Accounts['setup'] = {
	first: false,
	open: false,
	check() {
		throw new StudioError('conflict', 'the studio is already set up: log in');
	},
	done: () => undefined,
};

export interface Api {
	/** Every declared route. */
	readonly routes: readonly Route[];
	/** Port 0 = any free one. Throws StudioError `conflict` when a port is taken; then nothing listens. */
	listen(ports: { http: number; https: number }): Promise<{ httpUrl: string; httpsUrl: string }>;
	close(): Promise<void>;
}

/** How often the certificate is compared with the machine's addresses, which may appear after the service has started. */
const certificateCheckMs = 15_000;

/** Everything between the socket and the show. */
export function createApi({
	show,
	store,
	settings,
	showLog,
	log,
	certificates,
	panelDir,
	statusToken,
	quietMs,
	restart = null,
	setup = noSetup,
	passwords = new Passwords(),
}: ApiOptions): Api {
	const { state, faults, door } = show;
	const peers = new PeerSessions(show.media, settings, log);
	const auth = new Auth(store, () => state.current.guests, statusToken);
	const gate = new Gate((request) => tokenOf(auth, request));
	const lockout = new Lockout();
	const loginCodes = new LoginCodes((id) => store.sessions.has(id));
	const accounts: Accounts = { store, auth, lockout, setup, passwords, loginCodes };
	const tables: TableList = [
		...[door, gate, lockout, peers, show, store].map((owner) => () => owner.tables),
		() => ({ 'login codes': loginCodes, 'log lines held': log.held }),
	];
	const ports = { http: 0, https: 0 };
	const events = new EventsHub({
		state,
		topics: { levels: (listener) => show.levels.on(listener), stats: (listener) => show.figures.on(listener) },
		log,
	});
	const guestEvents = new GuestEventsHub({ ...show, log });
	const metrics = new Metrics(events, guestEvents, { lockout, peers, gate, door, tables });
	const ready = new ReadyCheck({ ...show, settings: store.settings, certificates, quietMs });
	tables.push(
		() => ready.tables,
		() => guestEvents.tables,
	);
	const invites = { state, store, settings };
	const parts = { ...show, peers, tables };
	const routes: Route[] = [];
	routes.push(
		...sessionRoutes(accounts),
		...setupRoutes(accounts),
		...userRoutes(accounts),
		...accountRoutes(accounts, () => ports.https),
		...auditRoutes(store),
		...tokenRoutes({ store, settings }),
		...healthRoutes(show),
		...stateRoutes(state),
		...eventsRoutes(),
		...sourceRoutes(show),
		...guestRoutes({ ...show, ...invites }),
		...inviteRoutes(invites),
		...doorRoutes({ door, state, tables }),
		...reachRoutes(settings, () => ports.https),
		...outside(whipRoutes(parts)),
		...outside(whepRoutes(parts)),
		...pollingRoutes(parts),
		...iceServerRoutes(show.network),
		...networkRoutes(show.network),
		...sceneRoutes(show),
		...busRoutes(show),
		...audioRoutes(show),
		...recordingRoutes(show),
		...showLogRoutes(showLog, tables),
		...readyRoutes(ready),
		...streamerRoutes(state),
		...targetRoutes(show),
		...encoderRoutes(state),
		...systemRoutes(show),
		...historyRoutes(show.health),
		...alertRoutes(show.alerts),
		...logRoutes(log),
		...supportRoutes({ ...show, settings, log }),
		...settingsRoutes(settings),
		...backupRoutes({ version: state.current.system.version, settings, keysDir: certificates.device.files.dir, restart }),
		...tunnelRoutes(() => entrance.tunnel),
		...metricsRoutes(metrics, show),
		...openApiRoutes(routes),
		...certificateRoutes(certificates),
		...authorityRoutes(certificates, () => ports.http),
		...docsRoutes(join(programFolder, 'panel/docs/')),
		...panelRoutes(panelDir),
	);
	const eventsRole = routes.find(({ path }) => path === eventsPath)!.role;

	const handle = createApp({
		routes: routes.map((route) => logged(route, showLog)),
		access: {
			identify: (request, isConnected) => auth.identify(request, isConnected),
			authorize: (request, caller, role, looksOnly) => auth.authorize(request, caller, role, looksOnly),
			extend: (context) => extendSession(context, store),
			isPeerSession: (session, subject, { token }) => peers.isOf(session, subject, token),
		},
		audit: {
			concerns: isAudited,
			write: (route, context, happened) => writeAudit(store, route, context, happened),
		},
		gate,
		open: { is: isPeerPath, allow: setCors },
		onAnswered: (method, status) => metrics.countRequest(method, status),
		log,
	}).callback();
	const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
		socket.on('error', (error) => log.debug({ err: error }, 'upgraded socket'));
		const path = request.url?.split('?')[0] ?? '';
		const guest = guestEventsSubject(path);
		const authorize = (isConnected?: (caller: Caller) => boolean): void => {
			// The studio's own socket is never needed outside.
			if (path === eventsPath ? clientOf(request).public : guest === null)
				throw new StudioError('not-found', 'there is no WebSocket here');
			const caller = auth.identify(request, isConnected);
			auth.authorize(request, caller, guest === null ? eventsRole : 'guest');
			if (guest !== null) allowGuestEvents(caller!, guest);
			gate.welcome(clientOf(request).address);
		};
		try {
			authorize();
		} catch (error) {
			const { code, message } = error instanceof StudioError ? error : new StudioError('internal', messageOf(error));
			const headers = { 'Content-Type': 'application/json', ...(statusOf[code] === 401 && { 'WWW-Authenticate': 'Bearer' }) };
			refuseUpgrade(socket, statusOf[code], headers, JSON.stringify({ error: { code, message } }));
			return;
		}
		// An open socket outlives its revoked invite for as long as its client is connected.
		const isConnected = (caller: Caller) => guest !== null && peers.isConnected(caller, request);
		const stillAllowed = () => allowed(() => authorize(isConnected));
		if (guest === null) events.accept(request, socket, head, stillAllowed);
		else guestEvents.accept(request, socket, head, guest, stillAllowed);
	};

	const names = new OwnNames(certificates);
	const clients = new Clients(
		() => settings.current.access,
		() => names.current,
	);
	const handlers = { handle, upgrade, clients, gate, log };
	const http = createHttpServer(handlers, () => ports.https);
	const https = createHttpsServer(handlers, certificates);
	const entrance = new PublicEntrance({ settings, certificates, state, faults, log }, handlers);
	let certificateTimer: NodeJS.Timeout | undefined;

	const renewCertificates = (): void => {
		certificates.ensure().catch((error: unknown) => {
			log.onceASecond('certificate').error({ err: error }, 'cannot renew the certificate');
		});
	};

	return {
		routes,
		async listen(wanted) {
			ports.http = await listen(http, wanted.http, 'http');
			try {
				ports.https = await listen(https, wanted.https, 'https');
			} catch (error) {
				await closeServer(http);
				throw error;
			}
			events.start();
			guestEvents.start();
			metrics.start();
			ready.start();
			await entrance.start();
			certificateTimer = setInterval(renewCertificates, certificateCheckMs).unref();
			return { httpUrl: `http://127.0.0.1:${ports.http}`, httpsUrl: `https://127.0.0.1:${ports.https}` };
		},
		async close() {
			clearInterval(certificateTimer);
			ready.stop();
			events.stop();
			guestEvents.stop();
			metrics.stop();
			// The servers wait for upgraded connections without knowing them.
			const cut = setTimeout(() => {
				events.terminate();
				guestEvents.terminate();
			}, closeGraceMs);
			await Promise.all([closeServer(http), closeServer(https), entrance.stop()]);
			clearTimeout(cut);
		},
	};
}

function tokenOf(auth: Auth, request: IncomingMessage): string | null {
	try {
		return auth.identify(request)?.token ?? null;
	} catch {
		return null;
	}
}

function allowed(authorize: () => void): boolean {
	try {
		authorize();
		return true;
	} catch {
		return false;
	}
}
