import { z } from 'zod';
import { parseCanvas } from '../../pipelines/canvas.js';
import { messageOf } from '../util/errors.js';

/** The program's format. The pipelines are built from it at start. */
export const programSettingsSchema = z.strictObject({
	canvas: z
		.string()
		.max(20)
		.superRefine((text, context) => {
			try {
				parseCanvas(text);
			} catch (error) {
				context.addIssue({ code: 'custom', message: messageOf(error) });
			}
		})
		.nullable()
		.default(null),
});

/** The section in a new file. */
export const programTemplate = `# The program: what guests and viewers see and what is recorded. Applies after a restart.
program:
  # Size and frame rate, for example 1280x720p30; null means 1920x1080p30. The option --canvas overrides it.
  canvas: null
`;
