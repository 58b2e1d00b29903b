import { type Applied, appliedSchema, cutSchema, previewPutSchema, takeSchema, withoutSchema } from '../contract/buses.js';
import { type Logged, type Route, route } from '../http/route.js';
import { sceneLabel } from '../showLog/labels.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import type { Switcher } from './switcher.js';

export type BusVerbs = Pick<Switcher, 'setPreview' | 'take' | 'cut' | 'without'>;

export function busRoutes({ scenes, state }: { scenes: BusVerbs; state: LiveState }): Route[] {
	const scene = (id: string) => entryOf(state.current.scenes, id, 'scene').id;
	/** What came on air, and with which frame. */
	const changed =
		(event: 'take' | 'cut'): Logged =>
		(answer) => {
			const { program, transition, frame, ptsNs } = answer as Applied;
			const name = sceneLabel(state.current, program);
			const text = transition === null ? `Cut to ${name}` : `${transition.kind} to ${name} over ${transition.durationMs} ms`;
			return { kind: 'take', event, subject: program, text: capital(text), scene: name, frame, ptsNs };
		};

	return [
		route({
			method: 'PUT',
			path: '/api/preview',
			role: 'operator',
			summary: 'Put a scene on preview',
			log: null,
			body: previewPutSchema,
			response: appliedSchema,
			handler: ({ body }) => scenes.setPreview(scene(body.scene)),
		}),
		route({
			method: 'POST',
			path: '/api/take',
			role: 'operator',
			summary: 'Take: swap preview and program; answers with the first frame that shows it',
			log: () => changed('take'),
			body: takeSchema,
			response: appliedSchema,
			handler: ({ body }) => scenes.take(body),
		}),
		route({
			method: 'POST',
			path: '/api/cut',
			role: 'operator',
			summary: 'Put a scene on program at once; preview stays. Answers with the first frame that shows it',
			log: () => changed('cut'),
			body: cutSchema,
			response: appliedSchema,
			handler: ({ body }) => scenes.cut(scene(body.scene)),
		}),
		route({
			method: 'POST',
			path: '/api/program/without',
			role: 'operator',
			summary: 'Take a source off air: the program continues with what else it shows, or with another live source; preview stays',
			log: () => changed('cut'),
			body: withoutSchema,
			response: appliedSchema,
			handler: ({ body }) => scenes.without(entryOf(state.current.sources, body.source, 'source').id),
		}),
	];
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
