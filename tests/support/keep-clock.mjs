import { ChildProcess } from "node:child_process";

// Loaded by NODE_OPTIONS into every Node process of a run under faketime. faketime is told by the environment, and sqld
// and commands under test are started with one of their own: they would read the clock of the machine.
const clock = Object.entries(process.env)
    .filter(([name]) => name === "LD_PRELOAD" || name === "NODE_OPTIONS" || name.startsWith("FAKETIME"))
    .map(([name, value]) => `${name}=${value}`);

const spawn = ChildProcess.prototype.spawn;
ChildProcess.prototype.spawn = function (options) {
    const pairs = options.envPairs ?? [];
    return spawn.call(this, { ...options, envPairs: [...pairs, ...clock.filter((pair) => !pairs.includes(pair))] });
};
