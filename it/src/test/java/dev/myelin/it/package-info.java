/// Tests that need more than one module, one process or one language.
///
/// Read [WayOfATensorTest] first. `…InteropIT` crosses the wire with foreign peers, `…ChaosIT` does
/// harm, `…SoakIT` waits long.
package dev.myelin.it;
