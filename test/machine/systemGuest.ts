/** Runs inside the virtual machine, as root under systemd. systemService.test.ts asserts what the steps saw. */
import { systemSteps } from './systemSteps.js';

await systemSteps();
