/// Sources of claims that a peer was seen.
///
/// Read [Discovery] first. A sighting is a claim; who acts on it is the node. This package must not
/// know connections.
package dev.myelin.net.discovery;
