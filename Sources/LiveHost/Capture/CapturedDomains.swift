internal import Studies

/// Reads what `virsh` said of a captured host's domains.
enum CapturedDomains {
  /// Adds the domains to the inventory of their host; one that can't be read is noted as a problem.
  static func read(_ files: HostFiles, into inventory: inout Inventory) {
    let statistics = Dictionary(grouping: bulk(files), by: \.subject)
    var remarks: [ImportProblem] = []
    let second = files.number(HostFiles.second, &remarks)
    inventory.problems += remarks.map { InventoryProblem($0.source, $0.place) }
    // What is wrong with the groups was told with the host.
    let groups = ControlGroup.all(files, &remarks)
    let pool = defaultPoolPage(files)
    guard let host = inventory.hosts.first?.name else { return }
    for number in files.names(in: "virsh/domains") {
      let folder = "virsh/domains/\(number)"
      guard let bytes = files["\(folder)/dumpxml"], !bytes.isEmpty else {
        inventory.problems.append(
          InventoryProblem(files.name(of: folder), "virsh gave no XML of this domain"))
        continue
      }
      do throws(ImportError) {
        let source = files.name(of: "\(folder)/dumpxml")
        let description = try DomainDescription(
          XMLReader.read(bytes, name: source), source: source)
        var numbers = DomainStatistics()
        numbers.add(lines(files["\(folder)/dommemstat"] ?? [], separator: " "))
        numbers.add(statistics[description.name] ?? [])
        let reading = DomainReading(
          description: description, statistics: numbers, second: second,
          group: description.id.flatMap { id in groups.first { $0.isOfDomain(id) } },
          defaultPoolPage: pool)
        inventory.add(reading, on: host)
      } catch {
        inventory.problems += error.problems.map { InventoryProblem($0.source, $0.place) }
      }
    }
  }

  /// The page of the pool from which a domain takes huge pages without naming their size.
  private static func defaultPoolPage(_ files: HostFiles) -> UInt64? {
    var ignored: [ImportProblem] = []
    return MemoryInformation(files["proc/meminfo"] ?? [], name: "", &ignored)["Hugepagesize"]
  }

  /// `virsh domstats`: a line `Domain: 'name'`, then `  key=value`.
  private static func bulk(_ files: HostFiles) -> [LibvirtField] {
    var domain = ""
    var fields: [LibvirtField] = []
    for line in String(decoding: files["virsh/domstats"] ?? [], as: UTF8.self).split(
      separator: "\n")
    {
      if line.hasPrefix("Domain: '"), line.hasSuffix("'") {
        domain = String(line.dropFirst("Domain: '".count).dropLast())
      } else if let equals = line.firstIndex(of: "=") {
        fields.append(
          LibvirtField(
            subject: domain, name: String(trimming: line[..<equals]),
            text: String(line[line.index(after: equals)...])))
      }
    }
    return fields
  }

  /// Lines of a name, a separator and a value.
  private static func lines(_ bytes: [UInt8], separator: Character) -> [LibvirtField] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2 else { return nil }
      return LibvirtField(
        subject: "", name: String(parts[0]), text: String(trimming: parts[1]))
    }
  }
}

extension Inventory {
  /// Adds a domain, and what is not known of it to the problems.
  mutating func add(_ reading: DomainReading, on host: String) {
    var machine = reading.machine(on: host)
    machine.usage = reading.usage.map { [$0] } ?? []
    machines.append(machine)
    problems += reading.remarks.map { InventoryProblem(machine.name, $0) }
  }
}

extension ImportProblem {
  /// The sentence with its place in front, without the file.
  var place: String { position.map { "\($0): \(sentence)" } ?? sentence }
}
