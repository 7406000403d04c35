import type { CommitFault } from './disk.js';
import { type Weather, weathers } from './network.js';
import type { World } from './world.js';

const outages = [2_000, 9_000, 14_000, 25_000] as const;
const clockSteps = [-3_600, -400, -30, -4, 0, 4, 30, 400, 3_600] as const;
const faults: readonly CommitFault[] = ['full', 'lost', 'kept'];

/** The broker dies at this very moment: whatever waits is lost. */
export function killBroker(world: World): void {
  world.crash('somebody has killed it');
}

/** The broker dies some milliseconds from now, amid whatever it does then. */
export function killBrokerSoon(world: World): void {
  world.time.after(world.dice.below(30), () => world.crash('somebody has killed it'));
}

/** The next commit goes wrong. */
export function failDisk(world: World): void {
  const fault = world.dice.pick(faults) as CommitFault;
  world.note(`the disk will fail: ${fault}`);
  world.disk.failNextCommit(fault);
}

export function restartVerifier(world: World): void {
  const host = world.dice.pick(world.verifiers);
  world.note(`${host?.name} restarts`);
  host?.restart();
}

/** A machine is cut off for some seconds. */
export function partition(world: World): void {
  const { dice, network, time } = world;
  const names = ['agents', ...world.verifiers.map(({ name }) => name)];
  const name = dice.pick(names) as string;
  world.note(`${name} is cut off`);
  network.partition(name, true);
  time.after(dice.pick(outages) as number, () => network.partition(name, false));
}

export function changeWeather(world: World): void {
  const name = world.dice.pick(['fair', 'fair', 'rough', 'storm'] as const) ?? 'fair';
  world.note(`the network is ${name}`);
  world.network.weather = weathers[name] as Weather;
}

/** The wall clock of one machine is set. */
export function stepClock(world: World): void {
  const { dice } = world;
  const clocks = [
    world.brokerClock,
    world.agentClock,
    ...world.verifiers.map(({ clock }) => clock),
  ];
  const seconds = dice.pick(clockSteps) as number;
  const at = dice.below(clocks.length);
  if (Math.abs(seconds) > 4) world.isClockStepped = true;
  world.note(`clock ${at} is set ${seconds} s off`);
  clocks[at]?.set(seconds);
}
