/** The rooms of pure rules, and the unit tests that are to notice what goes wrong in each. */
export interface Room {
	/** Paths of the tree. */
	files: string[];
	/** Below test/unit, without ending, the quickest first. */
	tests: string[];
}

export const rooms: Record<string, Room> = {
	show: {
		files: ['service/show/*.ts', 'service/contract/{tally,layouts}.ts'],
		tests: ['show/without', 'show/sceneVersions', 'show/mix'],
	},
	state: { files: ['service/state/state.ts', 'service/contract/delta.ts'], tests: ['state/state', 'panel/state'] },
	panel: {
		files: [
			'panel/pages/switcher/keys.ts',
			'panel/data/scenes.ts',
			'panel/pages/join/assessment.ts',
			'panel/data/backoff.ts',
			'panel/elements/format.ts',
		],
		tests: ['panel/format', 'panel/keys', 'panel/state', 'panel/guestPage'],
	},
	launch: { files: ['pipelines/{launch,canvas}.ts'], tests: ['pipelines/launch', 'pipelines/pipelines'] },
	media: {
		files: [
			'service/mixer/slots.ts',
			'service/sources/guestDelay.ts',
			'service/hosts/remedies.ts',
			'service/util/slidingWindow.ts',
			'service/showLog/timecode.ts',
		],
		tests: ['hosts/remedies', 'mixer/slots', 'util/slidingWindow', 'sources/guestDelay', 'showLog/timecode'],
	},
	health: { files: ['service/health/rules.ts'], tests: ['health/rules'] },
	fragments: { files: ['service/recordings/fragments.ts'], tests: ['recordings/fragmentRules'] },
	settings: {
		files: [
			'service/settings/{access,alerts,effective,network,program,schema,secretText,secrets,settingsError,syntax,text,tree}.ts',
		],
		tests: ['settings/settingsRules', 'store/sealed', 'settings/settingsFiles', 'settings/settings'],
	},
	addresses: { files: ['service/util/addresses.ts'], tests: ['util/addresses'] },
	sdp: { files: ['service/rtc/{sdp,codecs,candidates,fragment}.ts'], tests: ['rtc/sdp'] },
	door: { files: ['service/guests/door.ts'], tests: ['guests/door'] },
	accounts: {
		files: ['service/access/{lockout,codes,loginCodes}.ts', 'service/http/rates.ts'],
		tests: ['http/rates', 'access/lockout'],
	},
};
