/// What compression brings over a real link, and what it costs where it brings nothing.
package dev.myelin.bench.compress;
