import { type CarriedToChild, startMailWriter, startOrchestrator, type Team } from './cast.js';
import { type Scene, showTree, tell } from './scene.js';

/** 16 bytes of base64url. */
const sessionForm = /^[\w-]{22}$/;

/** Agents start agents: one in the same process, one in another, each for less. */
export async function agentsAtWork(scene: Scene): Promise<Team> {
  const { stage, narrator } = scene;
  narrator.chapter('Agents at work');
  const orchestrator = await startOrchestrator(stage);
  const { ready: rootId, readyMillis } = orchestrator;
  narrator.line('an orchestrator joins and opens a session', rootId, readyMillis, true);
  tell(narrator, 'it reads the contacts', await orchestrator.ask('read'), /^200 /);
  tell(narrator, 'it lists the tickets, by gRPC', await orchestrator.ask('list'), /^2 tickets$/);
  const child = await orchestrator.ask('delegate');
  tell(narrator, 'it delegates to a sub-agent in its process', child, sessionForm);
  const given = await orchestrator.ask('childJoinToken');
  const mailWriter = await startMailWriter(stage, given.value as CarriedToChild);
  narrator.line(
    'a sub-agent in a process of its own joins as a child',
    mailWriter.ready,
    mailWriter.readyMillis,
    true,
  );
  tell(narrator, 'it sends a mail', await mailWriter.ask('send'), /^202 /);
  tell(
    narrator,
    'the first sub-agent watches tickets, by a gRPC stream',
    await orchestrator.ask('childWatch'),
    /^1 ticket/,
  );
  tell(
    narrator,
    'it asks for what is not its task',
    await orchestrator.ask('childSendMail'),
    /^CREANCE_SCOPE_NOT_IN_TASK$/,
  );
  tell(narrator, 'it reads the contacts', await orchestrator.ask('childRead'), /^200 /);
  await showTree(scene, rootId, /^live, live, live$/);
  return { orchestrator, childId: child.outcome, mailWriter };
}
