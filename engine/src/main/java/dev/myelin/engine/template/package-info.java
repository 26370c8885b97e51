/// The templates by which models lay out a chat: the part of Jinja that they use, with Jinja's own
/// meaning, and bounds on what a template may do.
///
/// Read [Template] first. This package knows values, no tokens and no files.
package dev.myelin.engine.template;
