/** Bounds of a world, small enough that it reaches them. */
export const worldBounds = {
  sessionDepth: 5,
  childrenPerSession: 4,
  sessionsPerTree: 8,
  sessionsPerMember: 30,
} as const;
