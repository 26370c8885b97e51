/// Answers that keep to a grammar: which tokens may come next, and a sampler that chooses among
/// them.
///
/// Read [Grammar] first, then [TokenMasks] and [GrammarSampler]. A grammar becomes a program over
/// bytes ([Compiler], [Program]); an [Automaton] runs it with all the stacks that a text so far
/// could have, and remembers where each byte led; the masks of tokens come from walking a trie of
/// their bytes.
package dev.myelin.engine.grammar;
