import RefluxCore
