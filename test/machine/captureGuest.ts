/** Runs inside the virtual machine: the source's pipelines on their own. capture.test.ts asserts what the steps saw. */
import { captureSteps } from './captureSteps.js';
import { loadDevices } from './devices.js';
import { soundSteps } from './soundSteps.js';

loadDevices();
await captureSteps();
await soundSteps();
process.exit(0);
