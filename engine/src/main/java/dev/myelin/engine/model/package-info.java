/// Files of models: GGUF and folders of safetensors, and the families of models as a table.
///
/// Read [Model] first, then [Family] and [Design]. This package computes nothing and knows no
/// kernels.
package dev.myelin.engine.model;
