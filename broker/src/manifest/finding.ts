import type { LineCounter } from 'yaml';
import { manifestBounds } from './bounds.js';
import type { FaultCode, ManifestFault, ManifestFaults } from './fault.js';
import { formatPath, type Path } from './words.js';

/** What a fault says. */
export interface FaultText {
  readonly problem: string;
  readonly fix: string;
}

/** A fault before it has a line. Its text is made only when it is reported: there may be very many. */
export interface Finding {
  readonly code: FaultCode;
  /** UTF-16 code units from the start of the file. */
  readonly offset: number;
  readonly path: Path;
  readonly text: (lineOf: (offset: number) => number) => FaultText;
}

/** Findings as faults: by position, one for a place, the first `faults` of them. */
export function report(
  findings: readonly Finding[],
  file: string,
  lines: LineCounter,
): ManifestFaults {
  const faults: ManifestFault[] = [];
  const places = new Set<string>();
  for (const finding of findings.toSorted((a, b) => a.offset - b.offset)) {
    const place = `${finding.offset} ${JSON.stringify(finding.path)}`;
    if (places.has(place)) continue;
    if (faults.length === manifestBounds.faults) return sayMore(faults);
    places.add(place);
    faults.push(faultOf(finding, file, lines));
  }
  return faults;
}

function sayMore(faults: readonly ManifestFault[]): ManifestFaults {
  return faults.map((fault, at) => {
    const problem = `${fault.problem} (more faults follow: only the first ${faults.length} are shown)`;
    return at === faults.length - 1 ? { ...fault, problem } : fault;
  });
}

function faultOf(finding: Finding, file: string, lines: LineCounter): ManifestFault {
  const lineOf = (offset: number) => lines.linePos(offset).line;
  const { line, col } = lines.linePos(finding.offset);
  const path = formatPath(finding.path);
  return { code: finding.code, file, line, column: col, path, ...finding.text(lineOf) };
}
