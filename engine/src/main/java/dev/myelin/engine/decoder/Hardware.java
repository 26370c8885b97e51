package dev.myelin.engine.decoder;

import dev.myelin.engine.kernel.Kernels;
import dev.myelin.engine.kernel.Team;
import java.lang.foreign.Arena;

/// What an engine computes with.
///
/// @param arena of the packed weights
record Hardware(Kernels kernels, Team team, Arena arena) {}
