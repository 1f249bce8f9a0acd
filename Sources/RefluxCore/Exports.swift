// A plugin author writes one import: `import RefluxCore`.
@_exported import RefluxConfig
@_exported import RefluxNN
@_exported import RefluxTensor
