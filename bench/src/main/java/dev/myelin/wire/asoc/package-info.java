/// Measures what the dialect keeps to itself, hence its package.
package dev.myelin.wire.asoc;
