import Paging

/// The registers of one ISA under their names in records: the manuals', in lower case.
///
/// The one place where names and fields meet: decoding, suggestions and the command's help are all
/// made from it.
struct RegisterTable<Registers: Sendable>: Sendable {
  /// How a register is kept.
  enum Storage: Sendable {
    /// It always has a value.
    case word(any WritableKeyPath<Registers, UInt64> & Sendable)
    /// It may be absent, which a record says with `null`.
    case optional(any WritableKeyPath<Registers, UInt64?> & Sendable)
  }

  /// One register.
  struct Entry: Sendable {
    let name: String
    let storage: Storage

    init(_ name: String, _ path: any WritableKeyPath<Registers, UInt64> & Sendable) {
      self.name = name
      storage = .word(path)
    }

    init(_ name: String, optional path: any WritableKeyPath<Registers, UInt64?> & Sendable) {
      self.name = name
      storage = .optional(path)
    }

    func value(in registers: Registers) -> UInt64? {
      switch storage {
      case .word(let path): registers[keyPath: path]
      case .optional(let path): registers[keyPath: path]
      }
    }
  }

  /// A choice that the manuals leave open, under its name in `options`.
  struct Option: Sendable {
    let name: String
    /// The words for what can be chosen.
    let choices: [String]
    /// Takes over the choice of a word, by its place among them.
    let choose: @Sendable (inout Registers, Int) -> Void

    /// The word for what is chosen.
    let choice: @Sendable (Registers) -> String

    init<Choice: CaseIterable & RawRepresentable<String> & Sendable>(
      _ name: String, _ path: any WritableKeyPath<Registers, Choice> & Sendable
    ) {
      self.name = name
      let values = Array(Choice.allCases)
      choices = values.map(\.rawValue)
      choice = { registers in registers[keyPath: path].rawValue }
      choose = { registers, number in registers[keyPath: path] = values[number] }
    }
  }

  let entries: [Entry]
  let options: [Option]

  init(_ entries: [Entry], options: [Option] = []) {
    self.entries = entries
    self.options = options
  }

  /// The names in the order of the table.
  var names: [String] { entries.map(\.name) }

  /// Writes the registers that differ from `others`, and the options likewise.
  func write(_ registers: Registers, unlike others: Registers, to writer: inout JSONWriter) {
    for entry in entries {
      let value = entry.value(in: registers)
      guard value != entry.value(in: others) else { continue }
      writer.key(entry.name)
      if let value { writer.hex(value) } else { writer.null() }
    }
    let chosen = options.filter { $0.choice(registers) != $0.choice(others) }
    guard !chosen.isEmpty else { return }
    writer.key("options")
    writer.beginObject()
    for option in chosen {
      writer.key(option.name)
      writer.value(option.choice(registers))
    }
    writer.endObject()
  }

  /// Whether a register may be absent.
  func isOptional(_ number: Int) -> Bool {
    if case .optional = entries[number].storage { true } else { false }
  }

  /// Sets a register; only one that may be absent can be taken away.
  func set(_ number: Int, to value: UInt64?, in registers: inout Registers) {
    switch entries[number].storage {
    case .word(let path): if let value { registers[keyPath: path] = value }
    case .optional(let path): registers[keyPath: path] = value
    }
  }
}
