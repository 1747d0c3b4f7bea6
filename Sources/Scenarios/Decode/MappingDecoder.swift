internal import Records

/// Reads the fields of one mapping, and notes everything that is wrong with them.
public struct MappingDecoder {
  private let members: [Node.Member]
  private let noun: String
  private let fields: [FieldDeclaration]
  /// Where the mapping begins.
  public let place: Place
  /// Where problems are noted.
  public let log: DocumentLog
  /// Fields that a misspelt key stands for, which are therefore not missing as well.
  private var guessed: Set<String> = []
  private var read: Set<String> = []
  private let problemsBefore: Int

  init(
    _ members: [Node.Member], at place: Place, _ noun: String, _ fields: [FieldDeclaration],
    _ log: DocumentLog
  ) {
    self.members = members
    self.place = place
    self.noun = noun
    self.fields = fields
    self.log = log
    problemsBefore = log.count
    refuseUnknown()
  }

  // MARK: Fields

  /// The value of a field that must be there, or nothing after a problem was noted.
  public mutating func value<Value>(of field: RequiredField<Value>) -> Value? {
    needed(field.declaration, field.form)
  }

  /// The value of a field that may be left out, but not beside what the other fields say.
  public mutating func value<Value>(needed field: OptionalField<Value>) -> Value? {
    needed(field.declaration, field.form)
  }

  /// The value of a field, or nothing where it is left out or a problem was noted.
  public mutating func value<Value>(of field: OptionalField<Value>) -> Value? {
    guard let member = member(field.declaration) else { return nil }
    return field.form.decode(member.value, member.key, log)
  }

  /// The value of a field, or its own where it is left out.
  public mutating func value<Value>(of field: DefaultField<Value>) -> Value {
    guard let member = member(field.declaration) else { return field.standard }
    return field.form.decode(member.value, member.key, log) ?? field.standard
  }

  /// Whether a key was written.
  public func has(_ name: String) -> Bool { members.contains { $0.key == name } }

  /// Notes that a field does not go with the others; the rule is the end of its sentence.
  public func refuse(_ name: String, _ rule: String) {
    if let member = members.first(where: { $0.key == name }) {
      log.refuse(member.value, name, rule)
    } else {
      log.report("“\(name)” is left out; \(rule)", at: place)
    }
  }

  /// Notes that an entry of a list does not go with those before it, at the first of some of its fields that
  /// was written.
  func refuse(_ names: [String], ofEntry place: Int, of list: String, _ rule: String) {
    guard let member = members.first(where: { $0.key == list }),
      case .sequence(let entries) = member.value.content, entries.indices.contains(place)
    else { return refuse(list, rule) }
    for name in names {
      if let node = entries[place][name] { return log.refuse(node, name, rule) }
    }
    log.report(rule, at: entries[place].place)
  }

  /// Whether no problem was noted in this mapping so far.
  public var isSound: Bool { log.count == problemsBefore }

  // MARK: Inside

  private mutating func needed<Value>(
    _ declaration: FieldDeclaration, _ form: ValueForm<Value>
  ) -> Value? {
    if let member = member(declaration) { return form.decode(member.value, member.key, log) }
    // A misspelt key was told already.
    if !guessed.contains(declaration.name) {
      log.report(
        "“\(declaration.name)” is missing in \(noun); it is \(declaration.summary)", at: place)
    }
    return nil
  }

  private mutating func member(_ declaration: FieldDeclaration) -> Node.Member? {
    precondition(
      fields.contains { $0.name == declaration.name },
      "the field “\(declaration.name)” is not declared")
    read.insert(declaration.name)
    return members.first { $0.key == declaration.name }
  }

  private mutating func refuseUnknown() {
    let names = fields.map(\.name)
    let given = Set(members.map(\.key))
    for member in members where !names.contains(member.key) {
      // What is already there is not what is meant, but by an override.
      let isOverride = if case .override = member.place { true } else { false }
      let meant = names.filter { isOverride || !given.contains($0) }
      let hint: String
      if let guess = Spelling.nearest(to: member.key, among: meant) {
        guessed.insert(guess)
        hint = "is “\(guess)” meant?"
      } else {
        hint = "it has \(Self.list(fields))"
      }
      let key = member.key.count > 60 ? "\(member.key.prefix(57))…" : member.key
      log.report("\(noun) has no “\(key)”; \(hint)", at: member.place)
    }
  }

  /// A field that is known but was not asked for has no meaning beside the others.
  func refuseUnread() {
    guard isSound else { return }
    for member in members where !read.contains(member.key) {
      log.report(
        "“\(member.key)” means nothing beside the other keys of \(noun); leave it out",
        at: member.place)
    }
  }

  static func list(_ fields: [FieldDeclaration]) -> String {
    fields.isEmpty ? "no keys" : Spelling.list(fields.map(\.name), last: "and")
  }
}
