import { z } from 'zod';
import { downloadName } from '../contract/downloadName.js';
import { recordingCreateSchema, recordingSchema } from '../contract/recordings.js';
import { idSchema } from '../contract/values.js';
import { sendFile } from '../http/file.js';
import { type Route, route } from '../http/route.js';
import { entryOf } from '../state/entryOf.js';
import type { LiveState } from '../state/state.js';
import { StudioError } from '../util/errors.js';
import type { Recorder } from './recorder.js';

const params = z.object({ id: idSchema });
/** A plain file name: the folder is the studio's to choose. */
const fileName = z
	.string()
	.max(200)
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is kept out
	.regex(/^[^/\\\u0000-\u001f]+$/)
	.refine((name) => !name.startsWith('.'));

export type RecordingVerbs = Pick<Recorder, 'start' | 'stop' | 'remove' | 'path'>;

export function recordingRoutes({ recordings, state }: { recordings: RecordingVerbs; state: LiveState }): Route[] {
	const recording = (id: string) => entryOf(state.current.recordings, id, 'recording');

	return [
		route({
			method: 'GET',
			path: '/api/recordings',
			role: 'operator',
			summary: 'All recordings',
			response: z.array(recordingSchema),
			handler: () => Object.values(state.current.recordings),
		}),
		route({
			method: 'GET',
			path: '/api/recordings/:id',
			role: 'operator',
			summary: 'One recording and its files',
			params,
			response: recordingSchema,
			handler: ({ params }) => recording(params.id),
		}),
		route({
			method: 'POST',
			path: '/api/recordings',
			role: 'operator',
			summary: 'Start recording the program, and each named source separately',
			log: null,
			body: recordingCreateSchema,
			status: 201,
			response: recordingSchema,
			handler: ({ body }) => recordings.start(body),
		}),
		route({
			method: 'POST',
			path: '/api/recordings/:id/stop',
			role: 'operator',
			summary: 'Stop a recording; answers when its files are complete',
			log: null,
			params,
			response: recordingSchema,
			handler: ({ params }) => {
				recording(params.id);
				return recordings.stop(params.id);
			},
		}),
		route({
			method: 'DELETE',
			path: '/api/recordings/:id',
			role: 'operator',
			summary: 'Delete a finished recording with its files',
			log: ({ params }) => `Deleted the recording ${state.current.recordings[params.id]?.name ?? params.id}`,
			params,
			status: 204,
			handler: async ({ params }) => {
				recording(params.id);
				await recordings.remove(params.id);
			},
		}),
		route({
			method: 'GET',
			path: '/api/recordings/:id/files/:name',
			role: 'operator',
			summary: 'One file of a recording; Range is supported, also while it is being written',
			params: params.extend({ name: fileName }),
			handler: async ({ context, params }) => {
				const found = recording(params.id);
				const path = await recordings.path(params.id, params.name);
				const file = found.files.find(({ name }) => name === params.name);
				const label = state.current.sources[file?.source ?? '']?.label;
				const name = file ? downloadName(found, file, label) : params.name;
				const sent = await sendFile(context, path, { downloadName: name, cacheControl: 'private, no-cache' });
				if (!sent) throw new StudioError('not-found', `recording ${params.id} has no file "${params.name}"`);
			},
		}),
	];
}
