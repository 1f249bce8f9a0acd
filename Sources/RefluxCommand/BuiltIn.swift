import RefluxAdapters
import RefluxBasics
import RefluxCore
import RefluxDecoders
import RefluxEncoders
import RefluxLosses
import RefluxSelfDistillation
import RefluxSelfTraining
import RefluxTasks
import RefluxTeacherDistillation

/// The plugins that the command is built with; the only place that knows them all.
enum BuiltIn {
  static let plugins: [any Plugin.Type] = [
    AdaptersPlugin.self, BasicsPlugin.self, DecodersPlugin.self, EncodersPlugin.self, LossesPlugin.self,
    SelfDistillationPlugin.self, SelfTrainingPlugin.self, TasksPlugin.self, TeacherDistillationPlugin.self,
  ]

  static func registry() throws -> Registry { try Registry(plugins) }
}
