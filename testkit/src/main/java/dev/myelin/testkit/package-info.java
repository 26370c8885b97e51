/// What the tests of every module share: leak checks, seeded trials, golden bytes, a clock turned
/// by hand.
///
/// Read [LeakCheck] first. Nothing that is shipped depends on this package.
package dev.myelin.testkit;
