#!/bin/bash
# What is said, to the console in colours and to the JSON beside the log.

section_mark=
test_mark=
count=0
score=0

# The first argument is the form.
# shellcheck disable=SC2059
json() { printf "$@" | tee -a "${log:?}.json" >/dev/null; }

say() {
	local paint=$1 word=$2 text=$3
	if [[ -n $colour ]]; then
		printf '\033[1;%sm[%s]\033[0m %s\n' "$paint" "$word" "$text" | tee -a "$log"
	else
		printf '[%s] %s\n' "$word" "$text" | tee -a "$log"
	fi
}

begin() {
	printf '{\n  "dockerbenchsecurity": "%s",\n  "start": %s,\n  "tests": [' "$1" "$(date +%s)" >"$log.json"
}

section() {
	say 34 INFO "$1 - $2"
	json '%s\n    {\n      "id": "%s",\n      "desc": "%s",\n      "results": [' "$section_mark" "$1" "$2"
	section_mark=,
	test_mark=
}

end_section() { json '\n      ]\n    }'; }

# verdict ID TITLE RESULT [DETAILS [NAMES]]: names are parted by spaces, and listed after the details, too.
verdict() {
	local id=$1 title=$2 result=$3 names=${5:-} name mark=
	say 33 "$result" "$id - $title"
	count=$((count + 1))
	case $result in
	PASS) score=$((score + 1)) ;;
	WARN) score=$((score - 1)) ;;
	esac
	json '%s\n        {\n          "id": "%s",\n          "desc": "%s",\n          "result": "%s"' \
		"$test_mark" "$id" "$title" "$result"
	test_mark=,
	if (($# == 4)); then
		json ',\n          "details": "%s"' "$4"
	elif (($# == 5)); then
		json ',\n          "details": "%s: %s",\n          "items": [\n            ' "$4" "$names"
		for name in $names; do
			json '%s"%s"' "$mark" "$name"
			mark=,
		done
		json '\n          ]'
	fi
	json '\n        }'
}

finish() {
	json '\n  ],\n  "checks": %s,\n  "score": %s,\n  "end": %s\n}' "$count" "$score" "$(date +%s)"
}
