/// What vocabularies in the form of the makers and in that of GGUF have in common. Knows no files.
package dev.myelin.engine.vocabulary;
