#!/bin/bash
section 5 Containers
verdict 5.1 "No swarm that nobody needs" PASS

# every ID TITLE FORMAT PATTERN: containers whose inspection holds the pattern are listed.
every() {
	local names=
	for container in $containers; do
		if docker inspect --format "$3" "$container" | grep -q "$4"; then names="$names $container"; fi
	done
	if [[ -z $names ]]; then
		verdict "$1" "$2" PASS
	else
		verdict "$1" "$2" WARN "Containers" "$names"
	fi
}

if [[ -n $containers ]]; then
	every 5.5 "No privileged containers" '{{.HostConfig.Privileged}}' true
	every 5.13 "Root file systems are read-only" '{{.HostConfig.ReadonlyRootfs}}' false
	every 5.32 "No engine socket in containers" '{{.Mounts}}' docker.sock
fi
end_section
