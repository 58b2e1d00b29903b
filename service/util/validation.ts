import type { z } from 'zod';
import { StudioError } from './errors.js';

/** What is wrong with one field. */
interface FieldError {
	field: string;
	message: string;
}

function errorsOf(issues: readonly z.core.$ZodIssue[], where: string, base: PropertyKey[] = []): FieldError[] {
	return issues.flatMap((issue): FieldError[] => {
		const path = [...base, ...issue.path];
		if (issue.code === 'invalid_union' && issue.errors.length > 0) {
			const variants = issue.errors.map((errors) => errorsOf(errors, where, path));
			const text = variants.map((inner) => inner.map(({ field, message }) => `${field}: ${message}`).join(', ')).join(' or ');
			return [{ field: nameOf(path, where), message: `matches none of the alternatives (${text})` }];
		}
		return [{ field: nameOf(path, where), message: issue.message.replace(/^Invalid input: /, '') }];
	});
}

function nameOf(path: PropertyKey[], where: string): string {
	return path.length === 0 ? where : path.map(String).join('.');
}

/** The parsed value, or StudioError `invalid` that names each field and what was expected. */
export function validate<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const errors = errorsOf(parsed.error.issues, where).slice(0, 10);
	throw new StudioError('invalid', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), errors);
}
