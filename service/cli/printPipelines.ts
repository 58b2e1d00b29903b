/** `npm run pipelines`: every link, and every launch description ready to paste after gst-launch-1.0. */
import { parseCanvas } from '../../pipelines/canvas.js';
import { links } from '../../pipelines/links.js';
import { pipelineExamples } from './pipelineExamples.js';

const canvas = parseCanvas(process.argv[2] ?? '1280x720p30');
process.stdout.write('# Links: who writes, who reads\n');
for (const [name, { writer, readers }] of Object.entries(links))
	process.stdout.write(`#   ${name.padEnd(16)} ${writer.padEnd(8)} → ${readers.join(', ')}\n`);
process.stdout.write('\n# Build the plugin first, then: export GST_PLUGIN_PATH=pipelines/plugin/build\n');
for (const [name, { launch }] of Object.entries(pipelineExamples(canvas)))
	process.stdout.write(`\n# ${name}\ngst-launch-1.0 ${launch}\n`);
