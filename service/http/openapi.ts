import { z } from 'zod';
import { errorCodes } from '../contract/errorCodes.js';
import { type Route, route } from './route.js';

const json = 'application/json';

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
	return rest;
}

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): object[] {
	return Object.entries(schema?.shape ?? {}).map(([name, value]) => ({
		name,
		in: where,
		required: where === 'path' || !z.safeParse(value as z.ZodType, undefined).success,
		schema: schemaOf(value as z.ZodType, 'input'),
	}));
}

function operationOf({ role, summary, params, query, body, contentType = json, response, status = 200 }: Route): object {
	return {
		summary,
		'x-role': role,
		security: role === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
		parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
		...(body && { requestBody: { required: true, content: { [contentType]: { schema: schemaOf(body, 'input') } } } }),
		responses: {
			[status]: {
				description: 'Done',
				...(response && { content: { [contentType]: { schema: schemaOf(response, 'output') } } }),
			},
			default: { $ref: '#/components/responses/Error' },
		},
	};
}

/** The OpenAPI 3.1 document of the declared routes. */
export function openApiDocument(routes: readonly Route[]): unknown {
	const paths: Record<string, Record<string, object>> = {};
	for (const declared of routes) {
		if (declared.undocumented) continue;
		const path = declared.path.replace(/:(\w+)/g, '{$1}');
		paths[path] = { ...paths[path], [declared.method.toLowerCase()]: operationOf(declared) };
	}
	const error = z.object({ error: z.object({ code: z.enum(errorCodes), message: z.string(), detail: z.unknown().optional() }) });
	return {
		openapi: '3.1.0',
		info: { title: 'R58 Studio', version: '1', description: 'Roles, lowest first: viewer, guest, operator, technician.' },
		paths,
		components: {
			securitySchemes: {
				bearer: { type: 'http', scheme: 'bearer' },
				cookie: { type: 'apiKey', in: 'cookie', name: 'r58_session' },
			},
			responses: {
				Error: {
					description: 'Error; WHIP and WHEP answer with application/problem+json and the same `code` instead',
					content: { [json]: { schema: schemaOf(error, 'output') } },
				},
			},
		},
	};
}

/** `routes` is read on the first request, when every route is declared. */
export function openApiRoutes(routes: readonly Route[]): Route[] {
	let document: unknown;
	return [
		route({
			method: 'GET',
			path: '/api/openapi.json',
			role: 'viewer',
			summary: 'This document',
			handler: () => {
				document ??= openApiDocument(routes);
				return document;
			},
		}),
	];
}
