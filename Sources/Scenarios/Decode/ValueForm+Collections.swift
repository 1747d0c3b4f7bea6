extension ValueForm {
  /// The form of a list of values of this form.
  public static func list<Element>(
    of element: ValueForm<Element>, count: ClosedRange<Int> = 0...Int.max
  ) -> Self where Value == [Element] {
    let schema = ValueSchema.list(
      element.schema, least: count.lowerBound, most: count.upperBound)
    return Self(schema: schema) { node, name, log in
      guard case .sequence(let nodes) = node.content else {
        log.refuse(node, name, "it must be a list, such as “- …” on lines of their own or “[…]”")
        return nil
      }
      guard count ~= nodes.count else {
        let rule =
          count.upperBound == .max
          ? "at least \(count.lowerBound)"
          : "from \(count.lowerBound) to \(count.upperBound)"
        log.report("“\(name)” has \(nodes.count) entries; it must have \(rule)", at: node.place)
        return nil
      }
      var isSound = true
      var values: [Element] = []
      for (number, node) in nodes.enumerated() {
        if let value = element.decode(node, "\(name)[\(number)]", log) {
          values.append(value)
        } else {
          isSound = false
        }
      }
      return isSound ? values : nil
    }
  }

  /// The form of a mapping whose keys the user chooses, in the order in which they are written.
  public static func keyed<Element>(
    by key: ValueForm<String> = .text, of element: ValueForm<Element>
  ) -> Self where Value == [KeyedValue<Element>] {
    Self(schema: .keyed(element.schema)) { node, name, log in
      guard case .mapping(let members) = node.content else {
        log.refuse(node, name, "it must be a mapping, such as “name: …” on lines of their own")
        return nil
      }
      var isSound = true
      var values: [KeyedValue<Element>] = []
      for member in members {
        let scalar = Node(.scalar(Node.Scalar(member.key, isPlain: true)), at: member.place)
        let word = key.decode(scalar, name, log)
        let value = element.decode(member.value, member.key, log)
        if let word, let value {
          values.append(KeyedValue(word, value))
        } else {
          isSound = false
        }
      }
      return isSound ? values : nil
    }
  }
}
